"use strict";

/* Two beginnings that end in the same letter: bars of the next letter, left and right. */
page.scene("context", (stage, data) => {
  const net = letters.trained();
  const ROW = 15;
  const TOP = 24;
  const percent = d3.format(".0%");

  const row = controls.row(stage);
  controls.choice(row, {
    label: "two beginnings", options: Object.fromEntries(data.pairs.map(([a, b], i) => [String(i), `${a} / ${b}`])),
    onChange: (i) => chosen(data.pairs[Number(i)]),
  });
  const fields = ["first beginning", "second beginning"].map((label, i) =>
    controls.text(row, { label, value: data.pairs[0][i], size: 21, check: (text) => wrong(text, i) }));
  const status = controls.status(stage);
  const legend = controls.add(stage, "div", { class: "legend", "aria-hidden": "true" });
  const place = controls.add(stage, "div");

  for (const field of fields) field.element.addEventListener("input", changed);

  /** What is wrong with one of both, or with both together. @param {string} text @param {number} i */
  function wrong(text, i) {
    const problem = letters.wrongText(text);
    const other = fields?.[1 - i]?.value ?? "";
    if (problem || letters.wrongText(other)) return problem;
    const [mine, its] = [text, other].map((t) => shown(t.slice(-1)));
    return mine === its ? "" : `End both with the same letter: this ends in ${mine}, the other in ${its}.`;
  }

  /** @param {string} letter */
  function shown(letter) {
    return letter === " " ? "␣" : letter;
  }

  /** @param {string[]} pair */
  function chosen(pair) {
    for (const [i, field] of fields.entries()) field.element.value = pair[i];
    changed();
  }

  function changed() {
    if (fields.map((field) => field.valid()).every(Boolean)) draw();
  }

  /** The letters that are expected most, as words. @param {ArrayLike<number>} p */
  function most(p) {
    const order = d3.range(p.length).sort((a, b) => p[b] - p[a]).slice(0, 3);
    return order.filter((k) => p[k] >= 0.01).map((k) => `${shown(data.alphabet[k])} ${percent(p[k])}`).join(", ");
  }

  function draw() {
    const texts = fields.map((field) => field.value);
    const last = texts[0].slice(-1);
    const both = texts.map((text) => letters.next(net, ` ${text}`));
    const table = data.table[data.alphabet.indexOf(last)];
    stage.dataset.first = both[0].join(" ");
    stage.dataset.second = both[1].join(" ");
    stage.dataset.table = table.join(" ");
    const moved = d3.sum(both[0], (p, k) => Math.abs(p - both[1][k])) / 2;
    stage.dataset.moved = String(moved);
    status.textContent = `After the same ${shown(last)}: ${most(both[0])} on the left, ${most(both[1])} on the right. `
      + `${percent(moved)} of the probability has moved. A table of the last letter says ${most(table)} both times.`;
    legend.replaceChildren();
    controls.add(legend, "span", { class: "key c-automatizer" }, "the net, left");
    controls.add(legend, "span", { class: "key c-chunker" }, "the net, right");
    controls.add(legend, "span", { class: "key dashed c-ink" }, `table of what follows ${shown(last)}`);
    bars(texts, both, table, last);
  }

  /** @param {string[]} texts @param {Float64Array[]} both @param {number[]} table @param {string} last */
  function bars(texts, both, table, last) {
    const width = Math.max(280, stage.clientWidth);
    const half = Math.min(width, 720) / 2;
    const middle = width / 2;
    const height = TOP + ROW * data.alphabet.length + 26;
    place.replaceChildren();
    const svg = d3.select(place).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`).attr("width", "100%")
      .attr("aria-label", `Probabilities of the next letter. After “${texts[0]}”: ${most(both[0])}. After “${texts[1]}”: ${most(both[1])}.`);
    const long = Math.floor((half - 24) / 8.2);
    both.forEach((p, side) => {
      const sign = side ? 1 : -1;
      const colour = side ? "chunker" : "automatizer";
      const x = d3.scaleLinear([0, 1], [14, half - 42]);
      const g = svg.append("g").attr("transform", `translate(${middle},0)`);
      const title = texts[side].length > long ? `…${texts[side].slice(-long)}` : texts[side];
      g.append("text").attr("class", "mono begin").attr("x", sign * 14).attr("y", 14).attr("text-anchor", side ? "start" : "end")
        .call((g) => g.append("tspan").text(title.slice(0, -1).replaceAll(" ", "\u00a0")))
        .call((g) => g.append("tspan").attr("class", "same").text(shown(last)));
      for (const [k, value] of p.entries()) {
        const y = TOP + k * ROW;
        const rect = (size) => ({ x: side ? 14 : -14 - size, width: size });
        const ofNet = rect(x(value) - 14);
        g.append("rect").attr("class", `fill-${colour}`).attr("x", ofNet.x).attr("width", ofNet.width).attr("y", y + 1).attr("height", ROW - 3);
        if (table[k] >= 0.005) {
          const ofTable = rect(x(table[k]) - 14);
          g.append("rect").attr("class", "table").attr("x", ofTable.x).attr("width", ofTable.width).attr("y", y + 1).attr("height", ROW - 3);
        }
        if (value >= 0.01) {
          g.append("text").attr("x", sign * (x(Math.max(value, table[k])) + 4)).attr("y", y + 11).attr("text-anchor", side ? "start" : "end").text(percent(value));
        }
      }
      const axis = d3.axisBottom(d3.scaleLinear([0, 1], [sign * 14, sign * (half - 42)])).tickValues([0, 0.5, 1]).tickFormat((share) => (share ? percent(share) : ""));
      g.append("g").attr("class", "axis").attr("transform", `translate(0,${TOP + ROW * data.alphabet.length + 2})`).call(axis);
    });
    svg.append("g").selectAll("text").data([...data.alphabet]).join("text").attr("x", middle).attr("text-anchor", "middle")
      .attr("y", (_, k) => TOP + k * ROW + 11).text(shown);
  }

  chart.whenResized(place, draw);
  draw();
});
