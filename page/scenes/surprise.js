"use strict";

/* What each letter of a typed text costs the net; what lies above a threshold begins a word. */
page.scene("surprise", (stage, data) => {
  const net = letters.trained();
  const MOST = 160; // letters
  const CELL = 15;
  const LEFT = 36;
  const HEIGHT = 74; // of bars
  const LINE = 122; // of bars, letters and marks

  const row = controls.row(stage);
  const field = controls.text(row, {
    label: `a text, a to z and spaces, at most ${MOST}`, value: data.text, size: 60,
    check: (text) => letters.wrongText(text, 1, MOST), onInput: typed,
  });
  const threshold = controls.slider(row, {
    label: "threshold, nats (or drag a line)", min: 0, max: 6, step: 0.01, value: data.threshold,
    format: (nats) => nats.toFixed(2), onInput: moved,
  });
  const legend = controls.add(stage, "div", { class: "legend" });
  for (const [sign, says] of [["▲", "word found"], ["△", "word missed"], ["×", "no beginning, but above"]]) {
    controls.add(legend, "span", {}, `${sign} ${says}`);
  }
  const place = controls.add(stage, "div");
  const svg = d3.select(place).append("svg").attr("role", "img").style("max-width", "100%").style("touch-action", "pan-y");
  const y = d3.scaleLinear([0, 4], [HEIGHT, 6]);
  const status = controls.status(stage);
  const answers = controls.add(stage, "div");
  const cells = /** @type {Array<{bar: Element, name: Element, mark: Element}>} */ ([]);

  let text = data.text;
  let losses = letters.losses(net, text);
  let begins = onsets(text);

  /** Which letters come after a space and are none. @param {string} text */
  function onsets(text) {
    return [...text].map((letter, i) => letter !== " " && (i === 0 || text[i - 1] === " "));
  }

  /** @param {string} now */
  function typed(now) {
    text = now;
    losses = letters.losses(net, text);
    begins = onsets(text);
    draw();
  }

  /** How well some letters are the beginnings. @param {boolean[]} chosen */
  function score(chosen) {
    const found = d3.sum(chosen, (c, i) => Number(c && begins[i]));
    const missed = d3.sum(begins, Number) - found;
    const wrong = d3.sum(chosen, Number) - found;
    return { found, missed, wrong, f1: (2 * found) / (2 * found + missed + wrong) };
  }

  function moved() {
    const above = Array.from(losses, (nats) => nats > threshold.value);
    const of = score(above);
    stage.dataset.losses = losses.join(" ");
    stage.dataset.f1 = String(of.f1);
    const said = `${of.found} of ${of.found + of.missed} words are found, ${of.wrong} letters are taken for a beginning that are none`;
    status.textContent = `F1 ${of.f1.toFixed(2)}: ${said}.`;
    svg.attr("aria-label", `What each letter costs the net, in nats. At a threshold of ${threshold.value.toFixed(2)} ${said}.`);
    above.forEach((up, i) => {
      const { bar, name, mark } = cells[i];
      bar.setAttribute("class", up ? "up fill-chunker" : "fill-automatizer");
      name.setAttribute("class", up ? "mono lit" : "mono");
      mark.textContent = begins[i] ? (up ? "▲" : "△") : up ? "×" : "";
    });
    svg.selectAll(".drag").attr("transform", `translate(0,${y(Math.min(y.domain()[1], threshold.value))})`);
    const rules = /** @type {Array<[string, any]>} */ ([
      [`costs the net more than ${threshold.value.toFixed(2)} nats`, of],
      ["comes after a space (no net)", score(begins)],
      ["stands in the text: all", score(begins.map(() => true))],
    ]);
    const rows = rules.map(([name, s]) => [name, String(s.found), String(s.missed), String(s.wrong), s.f1.toFixed(2)]);
    answers.replaceChildren();
    controls.table(answers, ["taken for a beginning is what", "found", "missed", "false", "F1"], rows);
  }

  /** All bars and letters anew; what the threshold changes is left to `moved`. */
  function draw() {
    const width = Math.max(280, stage.clientWidth);
    const perLine = Math.floor((width - LEFT - 4) / CELL);
    const lines = Math.ceil(text.length / perLine);
    y.domain([0, Math.max(4, Math.ceil(d3.max(losses)))]);
    svg.attr("viewBox", `0 0 ${width} ${lines * LINE}`).attr("width", width).attr("height", lines * LINE);
    svg.selectAll("*").remove();
    cells.length = 0;
    for (let line = 0; line < lines; line++) {
      const from = line * perLine;
      const to = Math.min(text.length, from + perLine);
      const g = svg.append("g").attr("transform", `translate(0,${line * LINE})`);
      g.append("g").attr("class", "axis").attr("transform", `translate(${LEFT - 4},0)`).call(d3.axisLeft(y).ticks(3));
      if (line === 0) g.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -HEIGHT / 2 - 4).attr("y", 11).attr("text-anchor", "middle").text("nats");
      for (let i = from; i < to; i++) cells.push(cell(g, i, LEFT + (i - from) * CELL));
      dragged(g, LEFT + (to - from) * CELL);
    }
    moved();
  }

  /** A letter, its bar, and the place for its mark. */
  function cell(g, i, x) {
    const bar = g.append("rect").attr("x", x + 2).attr("width", CELL - 4).attr("y", y(losses[i])).attr("height", HEIGHT - y(losses[i]));
    bar.append("title").text(`${text[i]}: ${losses[i].toFixed(3)} nats`);
    const below = (dy) => g.append("text").attr("x", x + CELL / 2).attr("y", HEIGHT + dy).attr("text-anchor", "middle");
    return { bar: bar.node(), name: below(15).text(text[i]).node(), mark: below(31).attr("class", "mark").node() };
  }

  function dragged(g, end) {
    const line = g.append("g").attr("class", "drag").style("cursor", "ns-resize").style("touch-action", "none");
    line.append("line").attr("x1", LEFT - 4).attr("x2", end);
    line.append("rect").attr("x", LEFT - 4).attr("width", end - LEFT + 4).attr("y", -9).attr("height", 18).attr("fill", "transparent");
    let start = 0;
    let value = 0;
    line.call(d3.drag().on("start", (event) => {
      start = event.sourceEvent.clientY;
      value = threshold.value;
    }).on("drag", (event) => {
      threshold.set(Math.max(0, value + y.invert(event.sourceEvent.clientY - start) - y.invert(0)).toFixed(2));
    }));
  }

  chart.whenResized(place, draw);
  draw();
});
