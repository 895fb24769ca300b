"use strict";

/* Norm of dh_t/dh_k by distance, measured, beside rho to the power of distance and upper limits. */
page.scene("jacobian", (stage, data) => {
  const LIMITS = {
    steps: { name: "product of the steps' norms", colour: "baseline", dash: "2 3" },
    bound: { name: "bound, ‖W_hh‖ max(1 − h²) a step", colour: "other", dash: "8 3 2 3" },
    powers: { name: "‖W_hh^d‖, no tanh", colour: "automatizer", dash: "10 4" },
  };
  const steps = (d) => `${d} step${d === 1 ? "" : "s"}`;
  const updates = (n) => (Number(n) === 0 ? "untrained" : `${Number(n).toLocaleString("en")} updates`);

  const row = controls.row(stage);
  const when = controls.choice(row, {
    label: "letter net after", options: Object.fromEntries(data.at.map((n) => [String(n), updates(n)])),
    value: String(data.at.at(-1)), onChange: redraw,
  });
  const place = controls.slider(row, {
    label: "distance t − k (or drag in the picture)", min: 0, max: data.lags.length - 1,
    value: data.lags.indexOf(25), format: (i) => steps(data.lags[i]), onInput: moved,
  });
  const rho = controls.slider(row, {
    label: "ρ, factor a step", min: 0.5, max: 1.2, step: 0.01, value: 0.95, format: (v) => v.toFixed(2), onInput: moved,
  });
  const example = controls.choice(row, {
    label: "the document's numbers",
    options: { "": "choose", ...Object.fromEntries(data.examples.map((e) => [e.name, e.name])) },
    onChange: asked,
  });
  controls.button(row, "ρ as measured", () => rho.set(data.snapshots[when.value].rates.norm.toFixed(2)));
  const more = controls.toggle(row, { label: "upper limits", onChange: redraw });

  const picture = chart.lines(stage, {
    label: "", height: 320, series: [],
    x: { label: "distance t − k, steps", format: d3.format("d") },
    y: { label: "factor that is left", log: true, format: said },
    onDrag: (at) => place.set(nearest(at)),
  });
  const status = controls.status(stage);
  const table = controls.add(stage, "div", { "aria-live": "polite" });

  /** The distance of those on the axis that is nearest. @param {number} at */
  function nearest(at) {
    const most = farthest();
    return d3.leastIndex(data.lags, (d) => (d > most ? Infinity : Math.abs(d - at)));
  }

  function farthest() {
    return Math.max(data.measured, data.lags[place.value]);
  }

  /** A factor in words that fit its size. @param {number} v */
  function said(v) {
    if (v < 1e-3 || v >= 1e5) return v.toExponential(1).replace("e+", "e").replace(".0e", "e");
    return d3.format(",.3~r")(v);
  }

  function asked() {
    const one = data.examples.find((e) => e.name === example.value);
    if (!one) return moved();
    rho.set(one.rho);
    place.set(data.lags.indexOf(one.distance));
    example.element.value = one.name;
    redraw();
  }

  function moved() {
    example.element.value = "";
    redraw();
  }

  function redraw() {
    const of = data.snapshots[when.value];
    const i = place.value;
    const d = data.lags[i];
    const norms = of.curves.norm;
    const measured = i < norms.length;
    const power = rho.value ** d;
    const line = (logs) => logs.map((log, k) => [data.lags[k], 10 ** log]);
    const series = [
      { name: "‖dh_t/dh_k‖, measured", colour: "chunker", values: line(norms), band: of.low.map((low, k) => [data.lags[k], 10 ** low, 10 ** of.high[k]]) },
      { name: `ρ^d, ρ = ${rho.value.toFixed(2)}`, colour: "ink", dash: "6 4", values: d3.range(farthest() + 1).map((k) => [k, rho.value ** k]) },
    ];
    if (more.checked) {
      for (const [name, look] of Object.entries(LIMITS)) series.push({ ...look, values: line(of.curves[name]) });
    }
    const tallest = Math.max(...Object.keys(LIMITS).map((name) => of.curves[name].at(-1)));
    picture.update({
      series, rules: [{ y: 1 }],
      x: { label: "distance t − k, steps", format: d3.format("d"), domain: [0, farthest()] },
      y: { label: "factor that is left", log: true, format: said, domain: [1e-7, more.checked ? 10 ** Math.max(3, Math.ceil(tallest + 1)) : 1e3] },
      label: `Letter net, ${updates(when.value)}: over ${steps(d)} the norm of dh_t/dh_k is ${measured ? said(10 ** norms[i]) : "not measured"}, ${rho.value.toFixed(2)} to the power of ${d} is ${said(power)}.`,
      paint: (plot, x, _, size) => {
        plot.append("g").attr("class", "drag").append("line").attr("x1", x(d)).attr("x2", x(d)).attr("y2", size.height);
      },
    });
    const one = data.examples.find((e) => e.name === example.value);
    status.textContent = one
      ? `${one.rho}^${one.distance} = ${said(power)}; the document says ${one.said}.`
      : `${rho.value.toFixed(2)}^${d} = ${said(power)}`;
    const rows = [["‖dh_t/dh_k‖, measured", measured ? said(10 ** norms[i]) : "not measured", said(of.rates.norm)]];
    for (const [name, look] of Object.entries(LIMITS)) {
      rows.push([look.name, measured ? said(10 ** of.curves[name][i]) : "not measured", said(of.rates[name])]);
    }
    rows.push([`ρ^d, ρ = ${rho.value.toFixed(2)}`, said(power), said(rho.value)]);
    rows.push(["(radius of W_hh)^d", said(of.radius ** d), said(of.radius)]);
    table.replaceChildren();
    controls.table(table, [updates(when.value), `left after ${steps(d)}`, "factor a step, from 10 to 50"], rows);
    Object.assign(stage.dataset, {
      distance: String(d), norm: measured ? String(10 ** norms[i]) : "", power: String(power), rho: String(rho.value),
      limits: JSON.stringify(Object.keys(LIMITS).map((name) => (measured ? 10 ** of.curves[name][i] : null))),
    });
  }

  redraw();
});
