"use strict";

/* How far three nets count a^n b^n, and close brackets: the longest n of each seed, n to choose. */
page.scene("counting", (stage, data) => {
  const NETS = { Elman: { colour: "baseline", dash: "9 3" }, GRU: { colour: "chunker", dash: undefined }, LSTM: { colour: "automatizer", dash: "2 3" } };
  const names = Object.keys(NETS);
  const NAMES = { "a^n b^n": "aⁿ bⁿ", "a^n b^n c^n": "aⁿ bⁿ cⁿ", "Dyck-1": "brackets of one kind, ( )", "Dyck-2": "brackets of two kinds, ( ) [ ]" };
  const STATES = { Elman: "tanh unit", GRU: "h", LSTM: "cell c" };
  const SHOWN = 12; // letters of a block at each end
  const GRID = [...d3.range(1, 61), 65, 70, 75, 80, 85, 90, 95, 100, 120, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000].filter((n) => n <= data.cap);
  const comma = d3.format(",");
  const percent = d3.format(".0%");
  const most = String(data.trained.at(-1));

  const row = controls.row(stage);
  const language = controls.choice(row, { label: "language", options: NAMES, onChange: redraw });
  const net = controls.choice(row, { label: "net", options: names, onChange: redraw });
  const blocks = controls.add(stage, "div", { class: "blocks" });
  const brackets = controls.add(stage, "div", { class: "brackets" });

  // ==== Blocks ===================================================================================
  const first = controls.row(blocks);
  const trained = controls.choice(first, { label: "trained to n =", options: data.trained.map(String), value: most, onChange: redraw });
  const n = controls.slider(first, {
    label: "n that is asked (or drag in the picture)", min: 0, max: GRID.length - 1, value: Math.max(0, GRID.indexOf(Number(most))),
    format: (i) => comma(GRID[i]), onInput: redraw,
  });
  const string = controls.add(blocks, "p", { class: "string mono" });
  const picture = controls.add(blocks, "div", { class: "reach" });
  const said = controls.status(blocks);
  const traced = controls.add(blocks, "div", { class: "traced" });
  const caption = controls.add(traced, "p", { class: "caption" });
  const traces = chart.lines(traced, {
    label: "", height: 230, series: [], legend: false,
    x: { label: "symbols read", format: d3.format("d") }, y: { label: "state" },
  });
  const details = controls.add(blocks, "div");

  // ==== Brackets =================================================================================
  const second = controls.row(brackets);
  const length = controls.choice(second, {
    label: "length of the strings", onChange: redraw,
    options: Object.fromEntries(data.lengths.map((l, i) => [String(i), `${l}${l <= data.longest_brackets ? " (trained)" : ""}`])),
  });
  const depth = controls.slider(second, {
    label: "depth (or drag in the picture)", min: 0, max: data.depths.length - 1, value: Math.max(0, data.depths.indexOf(data.depth)),
    format: (i) => `${data.depths[i]}${data.depths[i] <= data.depth ? " (trained)" : ""}`, onInput: redraw,
  });
  const shares = chart.lines(brackets, {
    label: "", height: 300, series: [],
    x: { label: "depth of the brackets", domain: [data.depths[0] - 0.3, data.depths.at(-1) + 0.3], ticks: 5, format: d3.format("d") },
    y: { label: "strings right", domain: [0, 1.02], format: percent },
    onDrag: (to) => depth.set(d3.leastIndex(data.depths, (d) => Math.abs(d - to))),
  });
  const told = controls.add(brackets, "div", { "aria-live": "polite" });

  function redraw() {
    const counts = language.value in data.blocks;
    blocks.hidden = !counts;
    brackets.hidden = counts;
    stage.dataset.language = language.value;
    stage.dataset.net = net.value;
    if (counts) drawBlocks();
    else drawBrackets();
  }

  /** The string of n, shortened in its middle. @param {number} many */
  function spelt(many) {
    const letters = "abc".slice(0, data.letters[language.value]);
    const block = (letter) => (many <= 2 * SHOWN ? letter.repeat(many) : `${letter.repeat(SHOWN)}…${letter.repeat(SHOWN)}`);
    return [...letters].map(block).join(" ");
  }

  function drawBlocks() {
    const asked = GRID[n.value];
    const all = data.blocks[language.value][trained.value];
    const tables = data.tables[language.value][trained.value];
    const right = Object.fromEntries(names.map((name) => [name, all[name].each.filter((longest) => longest >= asked).length]));
    string.replaceChildren(`${spelt(asked)} `);
    controls.add(string, "span", { class: "faint" }, `n = ${comma(asked)}${asked <= Number(trained.value) ? ", trained on" : ", never trained on"}`);
    drawReach(asked, all, tables, right);
    const one = all[net.value];
    const range = ([low, middle, high]) => `${comma(middle)} (${comma(low)} to ${high >= data.cap ? `${comma(high)}, the cap` : comma(high)})`;
    said.textContent = `n = ${comma(asked)} and all below right: ${names.map((name) => `${name} ${right[name]} of ${data.seeds} seeds`).join(", ")}; ${Object.entries(tables).map(([order, longest]) => `table of ${order} symbols ${longest >= asked ? "right" : "wrong"}`).join(", ")}.`;
    drawTraces(asked, one);
    details.replaceChildren();
    controls.table(details, [`${NAMES[language.value]}, trained to ${trained.value}`, ...names], [
      ["all n right up to: median (least to most)", ...names.map((name) => range(all[name].longest))],
      ["longest n right at all", ...names.map((name) => comma(all[name].anywhere))],
      ["seeds with all trained n right", ...names.map((name) => all[name].all_trained)],
      ["untrained, read-out fitted", ...names.map((name) => range(all[name].untrained))],
      ["parameters", ...names.map((name) => comma(all[name].parameters))],
      [`counting unit: R² of a line to n = ${trained.value}, to ${data.farther * Number(trained.value)}`, ...names.map((name) => all[name].line[0].map((v) => v.toFixed(3)).join(", "))],
      ["the same, untrained", ...names.map((name) => all[name].line[1].map((v) => v.toFixed(3)).join(", "))],
    ]);
    Object.assign(stage.dataset, { n: String(asked), trained: trained.value, right: JSON.stringify(names.map((name) => right[name])) });
  }

  /** A dot a seed at the longest n of each net; controls below; a line at the n that is asked. */
  function drawReach(asked, all, tables, right) {
    const rows = /** @type {any[]} */ ([
      ...names.map((name) => ({ name, colour: NETS[name].colour, each: all[name].each, count: `${right[name]}/${data.seeds}` })),
      ...Object.entries(tables).map(([order, longest]) => ({ name: `table of ${order}`, colour: "ink", each: [longest], count: longest >= asked ? "right" : "wrong" })),
      ...names.map((name) => ({ name: `untrained ${name}`, colour: "faint", each: [], span: all[name].untrained, count: all[name].untrained[2] < asked ? `0/${data.seeds}` : all[name].untrained[0] >= asked ? `${data.seeds}/${data.seeds}` : "some" })),
    ]);
    const width = Math.max(300, picture.clientWidth);
    const STEP = 27;
    const [left, right_, top] = [112, 46, 18];
    const bottom = top + rows.length * STEP + 14; // below the rows: n
    const height = bottom + 40;
    const NONE = 0.6; // where a longest n of 0 stands
    const x = d3.scaleLog([NONE, data.cap], [left, width - right_]);
    const at = (v) => x(Math.max(NONE, v));
    picture.replaceChildren();
    const svg = d3.select(picture).append("svg").attr("role", "img").attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`).style("touch-action", "pan-y").style("cursor", "ew-resize")
      .attr("aria-label", `The longest n up to which all strings of ${language.value} are right, trained to ${trained.value}, a dot a seed. Right at n = ${asked} and below: ${rows.map((r) => `${r.name} ${r.count}`).join(", ")}.`);
    svg.append("rect").attr("class", "within").attr("x", left).attr("y", top).attr("width", at(Number(trained.value)) - left).attr("height", bottom - top);
    svg.append("text").attr("class", "small").attr("x", left + 4).attr("y", top - 5).text(`trained: n to ${trained.value}`);
    for (const [value, name] of [[NONE, "0"], ...[1, 10, 100, 1000].filter((v) => v <= data.cap).map((v) => [v, comma(v)])]) {
      svg.append("line").attr("class", "grid-line").attr("x1", at(value)).attr("x2", at(value)).attr("y1", top).attr("y2", bottom + 4);
      svg.append("text").attr("x", at(value)).attr("y", bottom + 18).attr("text-anchor", "middle").text(name);
    }
    svg.append("text").attr("class", "axis-label").attr("x", (left + width - right_) / 2).attr("y", height - 4).attr("text-anchor", "middle").text("all n right up to");
    for (const [k, r] of rows.entries()) {
      const y = top + (k + 0.5) * STEP;
      const g = svg.append("g").attr("class", r.name === net.value ? "row here" : "row");
      g.append("text").attr("class", "name").attr("x", 0).attr("y", y + 4).text(r.name);
      g.append("text").attr("class", "count").attr("x", width).attr("y", y + 4).attr("text-anchor", "end").text(r.count);
      if (r.span) {
        g.append("line").attr("class", "span").attr("x1", at(r.span[0])).attr("x2", at(r.span[2])).attr("y1", y).attr("y2", y);
        for (const v of r.span) g.append("line").attr("class", "span").attr("x1", at(v)).attr("x2", at(v)).attr("y1", y - 5).attr("y2", y + 5);
      }
      for (const [i, v] of r.each.entries()) {
        const up = r.each.length > 1 ? (i / (r.each.length - 1) - 0.5) * 14 : 0;
        g.append("circle").attr("class", v >= asked ? `seed right fill-${r.colour} stroke-${r.colour}` : `seed wrong stroke-${r.colour}`)
          .attr("r", 3.5).attr("cx", at(v)).attr("cy", y - up);
      }
    }
    const line = svg.append("g").attr("class", "drag");
    line.append("line").attr("x1", at(asked)).attr("x2", at(asked)).attr("y1", top).attr("y2", bottom);
    const end = at(asked) > width - 150;
    line.append("text").attr("x", at(asked) + (end ? -5 : 5)).attr("y", bottom - 3).attr("text-anchor", end ? "end" : "start").attr("class", "asked").text(`n = ${comma(asked)}`);
    const to = (event) => {
      const value = x.invert(event.clientX - picture.getBoundingClientRect().left);
      n.set(d3.leastIndex(GRID, (g) => Math.abs(Math.log(g / value))));
    };
    svg.on("pointerdown", to).on("pointermove", (event) => event.buttons && to(event));
  }

  /** The state of the unit that counts, along the strings that the study kept. */
  function drawTraces(asked, one) {
    const kept = language.value === "a^n b^n" && trained.value === most;
    traced.hidden = !kept;
    if (!kept) return;
    const lines = data.traces[net.value];
    const turns = lines.map((line) => Math.floor(line.length / 2));
    const nearest = d3.leastIndex(turns, (turn) => Math.abs(turn - asked));
    caption.textContent = `What ${net.value} counts with (${STATES[net.value]}, seed ${data.first_seed}), along n = ${turns.join(", ")}; thick: n = ${turns[nearest]}, ring: the last a.`;
    traces.update({
      label: `State of the unit of the ${net.value} net that counts best along a to the n, b to the n. Thick: n = ${turns[nearest]}: ${lines[nearest][1]} after the first a, ${lines[nearest][turns[nearest]]} after the last, ${lines[nearest].at(-1)} at the end. A line fits it up to n = ${trained.value} with R² ${one.line[0][0].toFixed(3)}.`,
      series: lines.map((line, k) => ({
        name: `n = ${turns[k]}`, colour: k === nearest ? NETS[net.value].colour : "faint", dash: k === nearest ? undefined : "3 3",
        values: line.map((v, t) => [t, v]),
      })),
      paint: (plot, x, y) => {
        plot.selectAll("path.line").filter((_, k) => k === nearest).attr("class", `line thick stroke-${NETS[net.value].colour}`);
        for (const [k, line] of lines.entries()) plot.append("circle").attr("class", "turn").attr("r", k === nearest ? 5 : 3).attr("cx", x(turns[k])).attr("cy", y(line[turns[k]]));
      },
    });
    stage.dataset.trace = String(turns[nearest]);
  }

  function drawBrackets() {
    const of = data.brackets[language.value];
    const [l, d] = [Number(length.value), depth.value];
    const order = data.orders.at(-1);
    const kinds = { ...Object.fromEntries(names.map((name) => [name, name])), table: `table of ${order} symbols`, [`untrained ${net.value}`]: `untrained ${net.value}, read-out fitted` };
    const at = Object.keys(kinds).map((kind) => of[kind][d][l]);
    shares.update({
      series: Object.entries(kinds).map(([kind, name]) => ({
        name, ...(NETS[kind] ?? { colour: kind === "table" ? "ink" : "faint", dash: "5 4" }),
        values: data.depths.map((v, k) => [v, of[kind][k][l][0]]),
        band: kind in NETS ? data.depths.map((v, k) => [v, Math.max(0, of[kind][k][l][1]), Math.min(1, of[kind][k][l][2])]) : undefined,
      })),
      rules: [{ x: data.depth + 0.5 }],
      label: `Strings of ${NAMES[language.value]}, ${data.lengths[l]} long, right against depth. At ${data.depths[d]} deep: ${Object.values(kinds).map((name, k) => `${name} ${percent(at[k][0])}`).join(", ")}.`,
      paint: (plot, x, y, size) => {
        const here = x(data.depths[d]);
        plot.append("text").attr("class", "small").attr("x", x(data.depth + 0.5) + 5).attr("y", y(0.14)).text("deeper");
        plot.append("text").attr("class", "small").attr("x", x(data.depth + 0.5) - 5).attr("y", y(0.14)).attr("text-anchor", "end").text("trained");
        plot.append("g").attr("class", "drag").append("line").attr("x1", here).attr("x2", here).attr("y2", size.height);
        for (const [k, kind] of Object.keys(kinds).entries()) plot.append("circle").attr("class", `fill-${NETS[kind]?.colour ?? (kind === "table" ? "ink" : "faint")}`).attr("r", 4).attr("cx", here).attr("cy", y(at[k][0]));
      },
    });
    told.replaceChildren();
    controls.table(told, [`${data.depths[d]} deep, ${data.lengths[l]} long`, "right", "95% interval"], Object.values(kinds).map((name, k) => [name, percent(at[k][0]), at[k].slice(1).map((v) => percent(Math.max(0, Math.min(1, v)))).join(" to ")]));
    Object.assign(stage.dataset, { depth: String(data.depths[d]), length: String(data.lengths[l]), shares: JSON.stringify(at.map((v) => v[0])) });
  }

  redraw();
  chart.whenResized(picture, () => language.value in data.blocks && drawBlocks());
});
