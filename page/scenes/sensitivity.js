"use strict";

/* Change of an output for 10^-6 in a weight: T lambda^(T-1) against the document's exp(T / tau). */
page.scene("sensitivity", (stage, data) => {
  const STEPS = data.steps;
  const LOWEST = 1e-9; // of the axis
  const INPUTS = { impulse: "impulse", ones: "1 at every step" };

  controls.add(stage, "h4", {}, "One net, h = λh + x: steps after the impulse");
  const row = controls.row(stage);
  const lambda = controls.slider(row, {
    label: "λ", min: 0, max: data.lambdas.length - 1, value: data.lambdas.indexOf(0.999),
    format: (i) => `${data.lambdas[i]}, memory ${memory(data.lambdas[i]).toLocaleString("en", { maximumSignificantDigits: 3 })} steps`, onInput: redraw,
  });
  const steps = controls.slider(row, {
    label: "T, steps (or drag in the picture)", min: 0, max: STEPS.length - 1, value: STEPS.indexOf(100),
    format: (i) => STEPS[i].toLocaleString("en"), onInput: redraw,
  });
  const input = controls.choice(row, { label: "input", options: INPUTS, value: "impulse", onChange: redraw });
  const first = chart.lines(stage, {
    label: "", height: 300, series: [],
    x: { label: "T, steps", log: true, domain: [1, STEPS.at(-1)], format: d3.format(",.0f") },
    y: { label: "change of the output for 10⁻⁶ in λ", log: true, domain: [LOWEST, 30], format: said },
    onDrag: (at) => steps.set(d3.leastIndex(STEPS, (T) => Math.abs(Math.log(T / Math.max(1, at))))),
  });
  const told = controls.add(stage, "div", { "aria-live": "polite" });

  controls.add(stage, "h4", {}, "Nets with longer memories: an output T steps, one memory, later");
  const second = controls.row(stage);
  const net = controls.choice(second, {
    label: "net and what is changed in it", options: Object.fromEntries(data.nets.map((n, i) => [String(i), n.name])), onChange: drawSecond,
  });
  const T = controls.slider(second, {
    label: "memory T (or drag in the picture)", min: 0, max: data.memories.length - 1, value: data.memories.indexOf(97),
    format: (i) => `${data.memories[i].toLocaleString("en")} steps`, onInput: drawSecond,
  });
  const memories = chart.lines(stage, {
    label: "", height: 280, series: [],
    x: { label: "memory T = −1 / log λ, steps", log: true, domain: [data.memories[0], data.memories.at(-1)], format: d3.format(",.0f") },
    y: { label: "change for 10⁻⁶", log: true, domain: [1e-7, 10], format: said },
    onDrag: (at) => T.set(d3.leastIndex(data.memories, (m) => Math.abs(Math.log(m / at)))),
  });
  const status = controls.status(stage);

  /** Steps after which an impulse has fallen to 1/e. @param {number} l */
  function memory(l) {
    return -1 / Math.log(l);
  }

  /** dy/dλ n steps after an impulse, or after n ones. @param {number} l @param {number} n */
  function exact(l, n) {
    if (input.value === "impulse") return n * l ** (n - 1);
    return (1 - n * l ** (n - 1) + (n - 1) * l ** n) / (1 - l) ** 2;
  }

  /** The document's. @param {number} l @param {number} n */
  function documented(l, n) {
    return Math.exp(n / memory(l));
  }

  /** @param {number} v */
  function said(v) {
    if (v === 0) return "0";
    if (!Number.isFinite(v)) return "over 1e308";
    if (v < 1e-3 || v >= 1e5) return v.toExponential(1).replace("e+", "e").replace(".0e", "e").replace("-", "−");
    return d3.format(",.3~r")(v);
  }

  function redraw() {
    const l = data.lambdas[lambda.value];
    const n = STEPS[steps.value];
    const here = data.delta * exact(l, n);
    const theirs = data.delta * documented(l, n);
    drawFirst(l, n, here, theirs);
    told.replaceChildren();
    const rows = [[`λ = ${l}, T = ${n.toLocaleString("en")}, ${INPUTS[input.value]}`, said(here), said(theirs), ""]];
    for (const e of data.examples) {
      rows.push([`the document's: λ = ${e.name}, T = ${e.steps}, impulse`, said(data.delta * e.measured.impulse), said(data.delta * e.formula), said(data.delta * e.said)]);
    }
    controls.table(told, ["change of the output for 10⁻⁶ in λ", "exact", "exp(T/τ) × 10⁻⁶", "the document's number"], rows);
    Object.assign(stage.dataset, { lambda: String(l), steps: String(n), change: String(here), documented: String(theirs) });
  }

  function drawFirst(l, n, here, theirs) {
    const grid = [...new Set(d3.range(0, 101).map((i) => Math.round(STEPS.at(-1) ** (i / 100))))];
    first.update({
      label: `Change of the output for ${said(data.delta)} in λ, λ = ${l}, against the steps T, both axes logarithmic. At T = ${n.toLocaleString("en")}: ${said(here)}, by the document's exp(T / tau) ${said(theirs)}. Its examples lie at 0.1 and ${said(data.delta * data.examples[1].said)}, T = 100.`,
      series: [
        { name: input.value === "impulse" ? "exact: Tλ^(T−1)" : "exact: 1 + 2λ + … + (T−1)λ^(T−2)", colour: "chunker", values: grid.map((t) => [t, data.delta * exact(l, t)]) },
        { name: "document: exp(T/τ)", colour: "baseline", dash: "6 4", values: grid.map((t) => [t, data.delta * documented(l, t)]) },
        { name: "its examples", colour: "other", dots: true, values: data.examples.map((e) => [e.steps, data.delta * e.said]) },
      ],
      paint: (plot, x, y, size) => {
        plot.append("g").attr("class", "drag").append("line").attr("x1", x(n)).attr("x2", x(n)).attr("y2", size.height);
        for (const e of data.examples) {
          const [cx, cy] = [x(e.steps), y(data.delta * e.said)];
          plot.append("path").attr("class", `example ${e.lambda === l ? "here" : ""}`).attr("d", `M${cx - 5},${cy - 5}l10,10M${cx - 5},${cy + 5}l10,-10`);
          plot.append("text").attr("class", "small").attr("x", cx - 9).attr("y", cy + 4).attr("text-anchor", "end").text(`λ = ${e.name}`);
        }
        if (here > LOWEST) plot.append("circle").attr("class", "fill-chunker").attr("cx", x(n)).attr("cy", y(here)).attr("r", 5);
      },
    });
  }

  function drawSecond() {
    const i = T.value;
    const one = data.nets[Number(net.value)];
    const m = data.memories;
    const change = one.change.map((v) => data.delta * v);
    const offset = (shape) => d3.mean(one.change, (v, k) => Math.log(v) - shape(m[k]));
    const fitted = (shape) => {
      const at = offset(shape);
      return d3.range(0, 61).map((k) => m[0] * (m.at(-1) / m[0]) ** (k / 60)).map((t) => [t, data.delta * Math.exp(at + shape(t))]);
    };
    const power = one.power.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−");
    memories.update({
      y: { label: "change for 10⁻⁶", log: true, domain: [1e-7, d3.max(change) < 1 ? 10 : 1e3], format: said },
      label: `${one.name}: change of the output for ${said(data.delta)} against the memory T, both axes logarithmic; at T = ${m[i].toLocaleString("en")} it is ${said(change[i])}. T to the power of ${power} misses by a factor of ${one.power_misses.toFixed(2)}, an exponential by ${one.exp_misses.toFixed(2)}.`,
      series: [
        { name: `T^${power}`, colour: "automatizer", values: fitted((t) => one.power * Math.log(t)) },
        { name: "exp(rate T)", colour: "baseline", dash: "6 4", values: fitted((t) => one.rate * t) },
        { name: "measured", colour: "chunker", dots: true, values: m.map((t, k) => [t, change[k]]) },
      ],
      paint: (plot, x, _, size) => {
        plot.append("g").attr("class", "drag").append("line").attr("x1", x(m[i])).attr("x2", x(m[i])).attr("y2", size.height);
      },
    });
    status.textContent = `At T = ${m[i].toLocaleString("en")}: ${said(change[i])} (${said(one.change[i])} × 10⁻⁶). T^${power} misses by a factor of ${one.power_misses.toFixed(2)}, exp(rate T) by ${one.exp_misses.toFixed(2)}.`;
    Object.assign(stage.dataset, { memory: String(m[i]), measured: String(one.change[i]), power: String(one.power) });
  }

  redraw();
  drawSecond();
});
