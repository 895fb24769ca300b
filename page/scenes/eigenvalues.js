"use strict";

/* Eigenvalues of W_hh on the complex plane at a time of training; the gradients' rate beside it. */
page.scene("eigenvalues", (stage, data) => {
  const ON = 1e-3; // as near to the circle as this counts as on it
  const KINDS = {
    inside: { says: "inside", colour: "baseline" }, on: { says: "on the circle", colour: "ink" },
    outside: { says: "outside", colour: "chunker" },
  };
  const points = data.snapshots.map((s) => s.points.map(([re, im]) => {
    const size = Math.hypot(re, im);
    return { re, im, size, kind: Math.abs(size - 1) < ON ? "on" : size > 1 ? "outside" : "inside" };
  }));
  const most = Math.ceil(2 * d3.max(points.flat(), (p) => Math.max(Math.abs(p.re), Math.abs(p.im)))) / 2;
  const updates = (i) => (data.snapshots[i].updates === 0 ? "untrained" : `${data.snapshots[i].updates.toLocaleString("en")} updates`);
  const minus = (text) => text.replace("-", "−");

  const time = controls.slider(controls.row(stage), {
    label: "time of training (or drag in the chart of factors)", min: 0, max: points.length - 1, value: points.length - 1,
    format: updates, onInput: redraw,
  });
  const both = controls.add(stage, "div", { class: "pair" });
  const left = controls.add(both, "div");
  const legend = controls.add(left, "div", { class: "legend" });
  const plane = controls.add(left, "div", { class: "plane" });
  const right = controls.add(both, "div");
  const path = data.snapshots.map((s) => [s.radius, s.rate]);
  const widest = d3.max([...path, ...data.radii], (p) => p[0]) + 0.15;
  const rates = chart.lines(right, {
    label: "", height: 330,
    x: { label: "radius of W_hh: largest |eigenvalue|", domain: [0.7, widest] },
    y: { label: "gradient's factor a step", domain: [0.5, 3.2] },
    series: [
      { name: "factor = radius", colour: "faint", dash: "2 3", values: [[0.7, 0.7], [widest, widest]] },
      { name: "untrained, near h = 0", colour: "ink", dots: true, values: data.radii.map((r) => [r[0], r[1]]) },
      { name: "untrained, on text", colour: "baseline", dash: "6 4", values: data.radii.map((r) => [r[0], r[2]]) },
      { name: "in training, on text", colour: "chunker", values: path },
    ],
    onDrag: (at) => time.set(d3.leastIndex(path, (p) => Math.abs(p[0] - at))),
  });
  const status = controls.status(stage);

  function redraw() {
    const i = time.value;
    const now = data.snapshots[i];
    const counts = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, points[i].filter((p) => p.kind === kind).length]));
    const largest = d3.max(points[i], (p) => p.size);
    drawPlane(i, counts, largest);
    rates.update({
      rules: [{ y: 1, label: "" }],
      label: `The gradient's factor a step against the radius of W_hh, means of ${data.seeds} seeds: ${updates(i)} radius ${now.radius.toFixed(2)}, factor ${now.rate.toFixed(2)}. Of untrained nets near state 0 both are equal; on text the factor stays below the radius.`,
      paint: (plot, x, y) => {
        for (const [k, p] of path.entries()) {
          plot.append("circle").attr("class", k === i ? "here" : "fill-chunker").attr("cx", x(p[0])).attr("cy", y(p[1])).attr("r", k === i ? 7 : 3.5);
        }
        plot.append("text").attr("x", x(1.15)).attr("y", y(0.6)).attr("class", "small").text("below 1: gradients vanish");
      },
    });
    status.textContent = `${updates(i)}, means of ${data.seeds} seeds: radius ${now.radius.toFixed(2)}, ${d3.format(".0%")(now.outside)} outside, 1 − h² is ${now.slope.toFixed(2)}, gradient's factor ${now.rate.toFixed(2)} a step.`;
    Object.assign(stage.dataset, { updates: String(now.updates), counts: JSON.stringify(counts), largest: String(largest), rate: String(now.rate), radius: String(now.radius) });
  }

  function drawPlane(i, counts, largest) {
    legend.replaceChildren();
    for (const [kind, { says, colour }] of Object.entries(KINDS)) {
      if (!counts[kind]) continue;
      const entry = controls.add(legend, "span");
      const mark = d3.select(entry).append("svg").attr("width", 16).attr("height", 12).attr("class", "mark").attr("aria-hidden", "true");
      marked(mark, kind, colour, 7, 6);
      entry.append(`${says}: ${counts[kind]}`);
    }
    controls.add(legend, "span", {}, `seed ${data.seed}; dashed: the unit circle`);
    const size = Math.min(360, Math.max(260, plane.clientWidth));
    const x = d3.scaleLinear([-most, most], [36, size - 6]);
    const y = (v) => x(-v) - 28;
    plane.replaceChildren();
    const svg = d3.select(plane).append("svg").attr("role", "img").attr("width", size).attr("height", size).attr("viewBox", `0 0 ${size} ${size}`)
      .attr("aria-label", `Eigenvalues of W_hh of seed ${data.seed}, ${updates(i)}: ${counts.inside} inside the unit circle, ${counts.on} on it, ${counts.outside} outside; largest absolute value ${largest.toFixed(2)}.`);
    for (const v of d3.range(-Math.floor(most), Math.floor(most) + 1)) {
      svg.append("line").attr("class", "grid-line").attr("x1", x(v)).attr("x2", x(v)).attr("y2", size - 26);
      svg.append("line").attr("class", "grid-line").attr("y1", y(v)).attr("y2", y(v)).attr("x1", 32).attr("x2", size);
      svg.append("text").attr("class", "small").attr("x", x(v)).attr("y", size - 12).attr("text-anchor", "middle").text(minus(String(v)));
      svg.append("text").attr("class", "small").attr("x", 26).attr("y", y(v) + 4).attr("text-anchor", "end").text(v ? `${minus(String(v))}i` : "0");
    }
    svg.append("circle").attr("class", "unit").attr("cx", x(0)).attr("cy", y(0)).attr("r", x(1) - x(0));
    for (const p of points[i]) {
      marked(svg, p.kind, KINDS[p.kind].colour, x(p.re), y(p.im)).append("title").text(`${minus(p.re.toFixed(2))} ${p.im < 0 ? "−" : "+"} ${Math.abs(p.im).toFixed(2)}i, |λ| = ${p.size.toFixed(2)}`);
    }
  }

  /** One eigenvalue: a ring inside the circle, a cross on it, a disc outside. */
  function marked(svg, kind, colour, cx, cy) {
    if (kind === "on") return svg.append("path").attr("class", `point on stroke-${colour}`).attr("d", `M${cx - 3},${cy}h6M${cx},${cy - 3}v6`);
    return svg.append("circle").attr("class", `point ${kind} ${kind === "inside" ? `stroke-${colour}` : `fill-${colour}`}`).attr("cx", cx).attr("cy", cy).attr("r", 3.5);
  }

  redraw();
  chart.whenResized(plane, redraw);
});
