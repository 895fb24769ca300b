"use strict";

/* One cell for each step, weights shared; the gradient of the loss goes back through them. */
page.scene("unrolled", (stage, data) => {
  const H = data.units;
  const V = data.symbols.length;
  const all = data.net.length;
  const tokens = [...data.text].map((letter) => data.symbols.indexOf(letter));
  const shown = (letter) => (letter === " " ? "␣" : letter);

  const row = controls.row(stage);
  const steps = controls.slider(row, {
    label: "T, steps", min: data.fewest, max: data.most, value: 12, onInput: draw,
  });
  const loss = controls.choice(row, {
    label: "loss", options: { last: "of the last step alone", all: "of all steps" }, onChange: draw,
  });
  const radius = controls.slider(row, {
    label: "spectral radius of W_hh", min: 0.1, max: 1.6, step: 0.05, value: 0.8,
    format: (r) => r.toFixed(2), onInput: draw,
  });
  const status = controls.status(stage);
  controls.add(stage, "p", { class: "note" }, `An arrow is as wide as the norm of the gradient at the cell it points to; dashed: below ${d3.format(".0%")(data.cutoff)} of that at the last.`);
  const place = controls.add(stage, "div");
  const norms = chart.lines(stage, {
    label: "", x: { label: "step t", format: d3.format("d") }, y: { label: "norm of dL/dh_t", log: true, domain: [0.01, 1] },
    series: [], height: 210,
  });

  /** Two digits of it. @param {number} v */
  const rough = (v) => chart.short(Number(v.toPrecision(2)));

  /** ||dL/dh_t||, t = 0 .. T-1, and the net. */
  function gradient() {
    const net = rnn.netOf(H, V, data.net);
    for (let i = 0; i < H * H; i++) net.W_hh[i] *= radius.value;
    const T = steps.value;
    const read = tokens.slice(0, T + 1);
    if (loss.value === "last") return Array.from(rnn.gradientNorms(net, read));
    const u = rnn.unroll(net, T, 1);
    u.tokens.set(read);
    rnn.forward(net, u);
    for (let t = 0; t < T; t++) {
      for (let j = 0; j < H; j++) {
        for (let k = 0; k < V; k++) {
          const error = u.probs[t * V + k] - (read[t + 1] === k ? 1 : 0);
          u.delta[t * H + j] += error * net.W_hy[j * V + k];
        }
      }
    }
    rnn.flowBack(net, u, 0, T, true);
    return d3.range(T).map((t) => Math.hypot(...u.delta.subarray(t * H, (t + 1) * H)));
  }

  function draw() {
    const T = steps.value;
    const g = gradient();
    const share = g[0] / g[T - 1];
    const times = share < 0.1 ? `1/${rough(1 / share)} of` : `${rough(share)} times`;
    status.textContent = `At step 0 the gradient has ${times} its norm at step ${T - 1}. `
      + `${T} cells, ${all} weights at any T; unshared they would be ${(T * all).toLocaleString("en")}.`;
    drawNet(g, share);
    norms.update({
      x: { label: "step t", domain: [0, T - 1], ticks: Math.min(8, T - 1), format: d3.format("d") },
      y: { label: "norm of dL/dh_t", log: true },
      series: [{ name: "‖dL/dh_t‖", colour: "chunker", values: g.map((v, t) => [t, v]) }],
      rules: [{ y: data.cutoff * g[T - 1], label: `${d3.format(".0%")(data.cutoff)} of the last` }],
      label: `Norm of the gradient at each of ${T} steps, from ${chart.short(g[0])} at step 0 to ${chart.short(g[T - 1])} at the last.`,
    });
    stage.dataset.norms = JSON.stringify(g);
    stage.dataset.parameters = String(all);
  }

  /** @param {number[]} g @param {number} share */
  function drawNet(g, share) {
    const T = g.length;
    const width = Math.max(280, stage.clientWidth);
    const height = 190;
    const pitch = (width - 24) / T;
    const size = Math.min(30, pitch * 0.72);
    const [up, middle, down] = [20, 90, 160];
    const x = (t) => 12 + (t + 0.5) * pitch;
    const most = d3.max(g);
    const asked = (t) => loss.value === "all" || t === T - 1;
    const alive = (t) => g[t] >= data.cutoff * g[T - 1];
    place.replaceChildren();
    const svg = d3.select(place).append("svg").attr("role", "img").attr("width", width).attr("height", height)
      .attr("viewBox", `0 0 ${width} ${height}`).attr("aria-label",
        `${T} copies of one cell; the gradient of the loss ${loss.value === "last" ? "of the last step" : "of all steps"} at step 0 is ${rough(share)} times that at the last.`);
    const wires = svg.append("g").attr("class", "wires");
    for (let t = 0; t < T; t++) {
      wires.append("line").attr("x1", x(t)).attr("x2", x(t)).attr("y1", down - 14).attr("y2", middle + size / 2);
      wires.append("line").attr("x1", x(t)).attr("x2", x(t)).attr("y1", middle - size / 2).attr("y2", up + 6).attr("class", asked(t) ? "asked" : null);
      if (t) wires.append("line").attr("x1", x(t - 1) + size / 2).attr("x2", x(t) - size / 2).attr("y1", middle).attr("y2", middle);
    }
    const cells = svg.append("g").selectAll("g").data(g).join("g").attr("transform", (_, t) => `translate(${x(t)},0)`);
    cells.append("rect").attr("class", "unit").attr("x", -size / 2).attr("y", middle - size / 2).attr("width", size).attr("height", size).attr("rx", 3);
    cells.append("text").attr("y", down).attr("text-anchor", "middle").text((_, t) => shown(data.text[t]));
    cells.filter((_, t) => asked(t)).append("text").attr("y", up).attr("text-anchor", "middle").attr("class", "lit").text("L");
    if (pitch > 44) cells.append("text").attr("y", middle + size / 2 + 16).attr("x", 4).attr("class", "small").text((v) => rough(v / most));
    if (pitch > 90) {
      wires.selectAll(".shared").data(d3.range(1, T)).join("text").attr("class", "small")
        .attr("x", (t) => (x(t) + x(t - 1)) / 2).attr("y", middle + 15).attr("text-anchor", "middle").text("W_hh");
    }
    svg.append("text").attr("class", "small").attr("x", 12).attr("y", height - 4).text(`reads x_t; the same W_xh, W_hh, W_hy in each cell${pitch > 44 && width > 600 ? "; share of the largest gradient below each" : ""}`);
    // from cell t + 1, or from the loss, to cell t: as wide as what arrives there
    const arrows = svg.append("g").attr("class", "arrows");
    for (let t = T - 1; t >= 0; t--) {
      const wide = 0.6 + (Math.min(9, pitch * 0.3) * g[t]) / most;
      const long = Math.min(6 + wide, pitch * 0.45);
      const top = middle - size / 2 - 1;
      const first = t === T - 1;
      const end = x(t) + size * 0.28;
      const bend = (x(t) + x(t + 1)) / 2;
      const angle = first ? Math.PI / 2 : Math.atan2(38, end - bend);
      const [neckX, neckY] = [end - long * Math.cos(angle), top - long * Math.sin(angle)];
      const arrow = arrows.append("g").attr("opacity", 0.2 + (0.8 * g[t]) / most);
      arrow.append("path").attr("class", "stroke-chunker bent").attr("stroke-width", wide).attr("stroke-dasharray", alive(t) ? null : "2 3")
        .attr("d", first ? `M${end},${up + 4} V${neckY}` : `M${x(t + 1) - size * 0.28},${top} Q${bend},${top - 38} ${neckX},${neckY}`);
      arrow.append("path").attr("class", "fill-chunker").attr("transform", `translate(${end},${top}) rotate(${(angle * 180) / Math.PI})`)
        .attr("d", `M0,0 L${-long},${long * 0.6} L${-long},${-long * 0.6} z`);
    }
  }

  draw();
  chart.whenResized(place, draw);
});
