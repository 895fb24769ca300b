"use strict";

/* What is left of the error signal at a distance from the recall target, in each net. */
page.scene("gradient", (stage, data) => {
  const FLOOR = 1e-60; // below every axis: what is lost altogether still draws a falling line
  const LOWEST = 1e-16;
  const last = data.distances.length - 1;
  const steps = (d) => `${d.toLocaleString("en")} step${d === 1 ? "" : "s"}`;

  const row = controls.row(stage);
  const slider = controls.slider(row, {
    label: "distance back from the recall target (or drag in the picture)", min: 0, max: last,
    value: data.distances.findIndex((d) => d >= 10), format: (i) => steps(data.distances[i]), onInput: redraw,
  });
  const before = controls.toggle(row, { label: "control: the same nets before they learn", onChange: redraw });

  const picture = chart.lines(stage, {
    label: "", height: 300, series: [],
    x: { label: "steps back from the recall target", log: true, domain: [1, data.distances[last]], format: d3.format(",.0f") },
    y: { label: "share of the signal left", log: true, domain: [LOWEST, 1e4], format: (share) => (share > 10 ? `${chart.short(share)}×` : left(share)) },
    onDrag: (at) => slider.set(d3.leastIndex(data.distances, (d) => Math.abs(Math.log(d / Math.max(1, at))))),
  });
  const place = controls.add(stage, "div", { "aria-live": "polite" });

  /** A share in words that fit its size. @param {number} share */
  function left(share) {
    if (share === 0) return "0";
    if (share < 1e-3) return share.toExponential(0);
    return share > 10 ? `${d3.format(",.0f")(share)}×` : d3.format(share < 0.1 ? ".1%" : ".0%")(share);
  }

  function when() {
    return before.checked ? "start" : "trained";
  }

  function series() {
    const points = (values) => values.map((v, i) => [data.distances[i], Math.max(v, FLOOR)]);
    const all = data.nets.map((net) => {
      const of = net[when()];
      const band = of.low.map((low, i) => [data.distances[i], Math.max(low, FLOOR), Math.max(of.high[i], FLOOR)]);
      return { name: net.name, colour: net.colour, dash: net.dash ?? undefined, values: points(of.median), band };
    });
    if (!before.checked) {
      all.push({ name: "baseline, the headline run", colour: "ink", dash: "1 4", values: points(data.headline) });
    }
    return all;
  }

  function redraw() {
    const i = slider.value;
    const d = data.distances[i];
    const now = data.nets.map((net) => ({ net, of: net[when()], share: net[when()].median[i] }));
    const words = now.map(({ net, share }) => `${net.name} ${left(share)}`).join(", ");
    picture.update({
      label: `Share of the error signal left ${steps(d)} back: ${words}. Medians of ${data.seeds} seeds.`,
      series: series(),
      rules: [{ y: data.cutoff }, { x: d }],
      paint: (plot, _, y, size) => plot.append("text").attr("class", "cutoff").attr("x", size.width - 4)
        .attr("y", y(data.cutoff) + 14).attr("text-anchor", "end").text("below 1%: counts as vanished"),
    });
    place.replaceChildren();
    const header = [`medians of ${data.seeds} seeds`, `left after ${steps(d)}`, "95% interval", "1% is left after", "choice right (chance 50%)"];
    controls.table(place, header, now.map(({ net, of, share }) => [
      net.name, `${left(share)} ${share < data.cutoff ? "✗ vanished" : "✓"}`, `${left(of.low[i])} to ${left(of.high[i])}`,
      steps(of.reach[0]),
      before.checked ? "has not learnt" : d3.format(".0%")(net.choice),
    ]));
    stage.dataset.distance = String(d);
    stage.dataset.shares = JSON.stringify(now.map(({ share }) => share));
  }

  redraw();
});
