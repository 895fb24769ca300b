"use strict";

/* Clipping: a gradient of two numbers to drag, shortened by norm or entry by entry. */
page.scene("clipping", (stage, data) => {
  const MOST = 12;
  const SIZE = 340;
  const two = (v) => v.toFixed(2).replace("-", "−");

  const row = controls.row(stage);
  const slide = (label, value) => controls.slider(row, { label, min: -MOST, max: MOST, step: 0.1, value, format: (v) => v.toFixed(1).replace("-", "−"), onInput: draw });
  const g1 = slide("gradient, first entry", 9);
  const g2 = slide("gradient, second entry", 3);
  const threshold = controls.slider(row, {
    label: "threshold C", min: 0.5, max: MOST, step: 0.5, value: data.threshold, format: (c) => c.toFixed(1), onInput: draw,
  });
  const both = controls.add(stage, "div", { class: "pair" });
  const place = controls.add(both, "div");
  const beside = controls.add(both, "div");
  const table = controls.add(beside, "div");
  const says = controls.status(beside, "says");
  const middle = data.updates.slice(1).map((n, i) => (n + data.updates[i]) / 2);
  const history = chart.lines(stage, {
    label: "", height: 230, x: { label: "updates of the letter net", log: true, domain: [middle[0] * 0.8, data.updates.at(-1)] },
    y: { label: "norm, loss summed", log: true, domain: [Math.min(0.2, d3.min(data.norms.map((n) => n[0]))), 1.5 * d3.max(data.largest)] },
    series: [
      { name: "median, band 5% to 95%", colour: "baseline", values: data.norms.map((n, i) => [middle[i], n[1]]), band: data.norms.map((n, i) => [middle[i], n[0], n[2]]) },
      { name: `largest, mean of ${data.seeds} seeds`, colour: "chunker", dash: "6 3", values: data.largest.map((n, i) => [middle[i], n]) },
    ],
  });

  const angle = (v) => (Math.atan2(v[1], v[0]) * 180) / Math.PI;

  function clipped() {
    const g = [g1.value, g2.value];
    const C = threshold.value;
    const norm = Math.hypot(...g);
    const byNorm = g.map((v) => v * (C / Math.max(norm, C)));
    const byEntry = g.map((v) => Math.max(-C, Math.min(C, v)));
    const turned = norm === 0 ? 0 : Math.abs(((angle(byEntry) - angle(g) + 540) % 360) - 180);
    return { g, C, norm, byNorm, byEntry, turned };
  }

  function draw() {
    const now = clipped();
    drawPlane(now);
    const { g, C, norm, byNorm, byEntry, turned } = now;
    const degrees = (v) => `${v.toFixed(1)}°`;
    table.replaceChildren();
    controls.table(table, ["arrow", "length", "turned by"], [
      [key("ink", "gradient", "solid"), two(norm), ""],
      [key("automatizer", "clipped by norm", "thick"), two(Math.hypot(...byNorm)), degrees(0)],
      [key("chunker", "clipped by each entry", "dashed"), two(Math.hypot(...byEntry)), degrees(turned)],
    ]);
    says.textContent = norm <= C ? "Shorter than C: neither changes it." : `Longer than C: by norm it keeps its direction and has length ${two(C)}.`;
    history.update({
      rules: [{ y: C, label: "" }, { y: C * data.chunk, label: "" }],
      paint: (plot, _, y, size) => {
        const said = `C = ${C.toFixed(1)}, loss`;
        plot.append("text").attr("class", "ruled").attr("x", size.width - 4).attr("y", y(C) + 13).attr("text-anchor", "end")
          .text(`${said} summed over ${data.chunk} letters`);
        plot.append("text").attr("class", "ruled").attr("x", 4).attr("y", y(C * data.chunk) - 4).text(`${said} their mean`);
      },
      label: `Norms of the letter net's gradients against updates: median ${chart.short(data.norms[0][1])} at first, ${chart.short(data.norms.at(-1)[1])} at the end, largest ${chart.short(d3.max(data.largest))}. The threshold is ${C.toFixed(1)}, for a mean loss ${chart.short(C * data.chunk)} on this axis.`,
    });
    stage.dataset.norm = String(norm);
    stage.dataset.byNorm = JSON.stringify(byNorm);
    stage.dataset.byEntry = JSON.stringify(byEntry);
    stage.dataset.turned = String(turned);
    stage.dataset.g = JSON.stringify(g);
  }

  function key(colour, name, kind) {
    const made = document.createElement("span");
    made.className = `key c-${colour} ${kind}`;
    made.textContent = name;
    return made;
  }

  function drawPlane({ g, C, norm, byNorm, byEntry, turned }) {
    const size = Math.min(SIZE, Math.max(260, place.clientWidth));
    const at = d3.scaleLinear([-MOST - 1, MOST + 1], [0, size]);
    const y = (v) => at(-v);
    place.replaceChildren();
    const svg = d3.select(place).append("svg").attr("role", "img").attr("width", size).attr("height", size)
      .attr("viewBox", `0 0 ${size} ${size}`).attr("class", "plane").style("touch-action", "none").style("cursor", "move")
      .attr("aria-label", `Gradient (${g.map(two).join(", ")}), length ${two(norm)}. Clipped at ${two(C)} by norm: (${byNorm.map(two).join(", ")}). By each entry: (${byEntry.map(two).join(", ")}), turned by ${turned.toFixed(1)} degrees.`);
    for (const v of d3.range(-10, 11, 5)) {
      svg.append("line").attr("class", "grid-line").attr("x1", at(v)).attr("x2", at(v)).attr("y2", size);
      svg.append("line").attr("class", "grid-line").attr("y1", at(v)).attr("y2", at(v)).attr("x2", size);
      svg.append("text").attr("class", "small").attr("x", at(v)).attr("y", size - 3).attr("text-anchor", "middle").text(String(v).replace("-", "−"));
      svg.append("text").attr("class", "small").attr("x", 2).attr("y", y(v) - 3).text(String(v).replace("-", "−"));
    }
    const defs = svg.append("defs");
    svg.append("circle").attr("class", "bound stroke-automatizer").attr("cx", at(0)).attr("cy", at(0)).attr("r", at(C) - at(0));
    svg.append("rect").attr("class", "bound stroke-chunker").attr("stroke-dasharray", "6 3").attr("x", at(-C)).attr("y", at(-C))
      .attr("width", at(C) - at(-C)).attr("height", at(C) - at(-C));
    const arrow = (v, colour, width, dash) => {
      if (Math.hypot(...v) < 0.05) return;
      const id = `clipping-${colour}`;
      defs.append("marker").attr("id", id).attr("viewBox", "0 0 10 10").attr("refX", 9).attr("refY", 5).attr("orient", "auto")
        .attr("markerUnits", "userSpaceOnUse").attr("markerWidth", 8 + width * 1.6).attr("markerHeight", 8 + width * 1.6)
        .append("path").attr("d", "M0,0 L10,5 L0,10 z").attr("class", `fill-${colour}`);
      svg.append("line").attr("class", `arrow stroke-${colour}`).attr("stroke-width", width).attr("stroke-dasharray", dash)
        .attr("x1", at(0)).attr("y1", at(0)).attr("x2", at(v[0])).attr("y2", y(v[1])).attr("marker-end", `url(#${id})`);
    };
    arrow(g, "ink", 1.5, null);
    arrow(byNorm, "automatizer", 5, null);
    arrow(byEntry, "chunker", 2.5, "6 3");
    svg.append("circle").attr("class", "handle").attr("cx", at(g[0])).attr("cy", y(g[1])).attr("r", 8);
  }

  /** Move the gradient to where the pointer is. @param {PointerEvent} event */
  function moved(event) {
    const svg = place.querySelector("svg");
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const value = (part) => Math.max(-MOST, Math.min(MOST, (part - 0.5) * 2 * (MOST + 1)));
    g1.element.value = value((event.clientX - box.left) / box.width).toFixed(1);
    g2.set(value(-(event.clientY - box.top) / box.height + 1).toFixed(1));
    g1.set(g1.value);
  }
  place.addEventListener("pointerdown", (event) => {
    if (!(event.target instanceof Element && event.target.closest("svg"))) return;
    place.setPointerCapture(event.pointerId);
    event.preventDefault();
    moved(event);
  });
  place.addEventListener("pointermove", (event) => {
    if (event.buttons && place.hasPointerCapture(event.pointerId)) moved(event);
  });

  draw();
  chart.whenResized(place, draw);
});
