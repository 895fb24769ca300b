"use strict";

/* A stack of levels, to be walked up: each reads only what the one below mispredicts. */
page.scene("levels", (stage, data) => {
  const CELL = 15;
  const ROW = 64;
  const depths = Object.keys(data.depths);

  const row = controls.row(stage);
  const depth = controls.slider(row, {
    label: "depth: levels below the chunker C", min: Number(depths[0]), max: Number(depths[depths.length - 1]),
    value: Number(depths[depths.length - 1]), onInput: deeper,
  });
  const level = controls.slider(row, {
    label: "walk up to", min: 0, max: depth.value, value: 1,
    format: (l) => name(l), onInput: draw,
  });
  const control = controls.toggle(row, { label: "control: levels that have not learnt", onChange: draw });
  const strips = controls.add(stage, "div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "strips of symbols" });
  const status = controls.status(stage);
  const place = controls.add(stage, "div");

  /** @param {number} l */
  function name(l) {
    return l === depth.value ? "the chunker C" : `level ${l}`;
  }

  function deeper() {
    level.element.max = String(depth.value);
    level.set(Math.min(level.value, depth.value));
  }

  function shown() {
    return data.depths[depth.value][control.checked ? "start" : "trained"];
  }

  const short = (n) => (n >= 100 ? d3.format(",.0f")(n) : d3.format(".4~r")(n));
  const counted = (n) => `${n.toLocaleString("en")} symbol${n === 1 ? "" : "s"}`;

  function draw() {
    const rows = shown();
    const reached = level.value;
    const width = Math.max(620, stage.clientWidth); // narrower, it scrolls: the first events are far apart
    const height = rows.length * ROW;
    const most = Math.floor((width - 4) / CELL);
    strips.replaceChildren();
    const svg = d3.select(strips).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
    const top = (l) => height - (l + 1) * ROW + 22;
    const middle = (i) => 2 + CELL * (i + 0.5);
    const rises = svg.append("g");
    rows.forEach((of, l) => {
      const known = l <= reached;
      const up = new Set(known ? of.up : []);
      const more = of.length > most;
      const cells = of.symbols.slice(0, more ? most - 1 : most);
      const g = svg.append("g").attr("class", `strip ${l === reached ? "here" : ""}`);
      const goes = l + 1 < rows.length ? `, mispredicts ${rows[l + 1].length.toLocaleString("en")}` : "";
      const says = known ? `${name(l)} reads ${counted(of.length)}${goes}` : `${name(l)}: not reached yet`;
      g.append("text").attr("x", 2).attr("y", top(l) - 6).attr("class", "name").text(`${l === reached ? "▸ " : ""}${says}`);
      const cell = g.selectAll("g").data(cells).join("g").attr("class", (_, i) => `cell ${up.has(i) ? "lit" : ""} ${known ? "" : "empty"}`);
      cell.append("rect").attr("x", (_, i) => 2 + i * CELL).attr("y", top(l)).attr("width", CELL - 1).attr("height", 22);
      cell.append("text").attr("x", (_, i) => middle(i) - 0.5).attr("y", top(l) + 15).attr("text-anchor", "middle").text((s) => (known ? data.glyphs[s] : ""));
      if (more) g.append("text").attr("x", 2 + CELL * (most - 1)).attr("y", top(l) + 15).text("…");
      if (l >= reached) return;
      of.up.filter((at, i) => at < cells.length && i < most - 1).forEach((at, i) => {
        rises.append("line").attr("class", "rise").attr("x1", middle(at)).attr("y1", top(l)).attr("x2", middle(i)).attr("y2", top(l + 1) + 22);
      });
    });
    svg.attr("aria-label", `${name(reached)} of ${rows.length - 1} levels and C reads ${counted(rows[reached].length)}: ${
      rows[reached].symbols.slice(0, 20).map((s) => data.glyphs[s]).join(" ")}${rows[reached].length > 20 ? " …" : ""}`);
    say(rows, reached);
  }

  /** @param {Array<any>} rows @param {number} reached */
  function say(rows, reached) {
    const kept = rows[reached].length;
    const of = data.depths[depth.value];
    const one = control.checked ? "" : ` C's answer here is ${of.recall === 1 ? "right" : "wrong"}.`;
    status.textContent = `${name(reached)} reads ${counted(kept)} of ${rows[0].length.toLocaleString("en")}, one in ${short(rows[0].length / kept)}.${reached === rows.length - 1 ? one : ""}`;
    place.replaceChildren();
    const header = ["", "symbols read, this sequence", `${of.seeds} seeds, mean (learnt)`, "one in"];
    controls.table(place, header, rows.map((r, l) => [
      name(l), r.length.toLocaleString("en"), short(of.mean[l]), short(rows[0].length / r.length),
    ]));
    stage.dataset.level = String(reached);
    stage.dataset.read = JSON.stringify(rows.map((r) => r.length));
  }

  draw();
  chart.whenResized(strips, draw);
});
