"use strict";

/* The activity of a unit over the letters of a text, and the path of the state in a plane. */
page.scene("units", (stage, data) => {
  const MOST = 80; // letters
  const UNITS = letters.HIDDEN;
  const NARROW = 11; // a letter's place in the strip
  const WIDE = 15;
  const LEFT = 42;
  const HEIGHT = 76; // of bars
  const LINE = 104; // of bars and letters
  const BY_HAND = "";
  const KINDS = {
    space: { colour: "chunker", shape: d3.symbolSquare, says: "space" },
    vowel: { colour: "automatizer", shape: d3.symbolCircle, says: "vowel" },
    other: { colour: "baseline", shape: d3.symbolTriangle, says: "other letter" },
  };
  const percent = d3.format(".0%");
  const untrained = lettersNet(DATA.scenes.player.data.stops[0].weights);

  let text = data.text;

  const row = controls.row(stage);
  const field = controls.text(row, {
    label: `a text, a to z and spaces, at most ${MOST}`, value: data.text, size: 56,
    check: (typed) => letters.wrongText(typed, 1, MOST), onInput: read,
  });
  controls.button(row, "The study's text", () => {
    field.element.value = data.text;
    field.valid();
    read(data.text);
  });
  const rest = controls.row(stage);
  const net = controls.choice(rest, { label: "net", options: Object.keys(data.nets), onChange: changed });
  const best = controls.choice(rest, {
    label: "unit that tells most of", value: Object.keys(data.labels)[0],
    options: { ...data.labels, [BY_HAND]: "chosen by its number" }, onChange: changed,
  });
  const unit = controls.slider(rest, {
    label: "unit", min: 1, max: UNITS, value: bestOf() + 1, format: (n) => `${n} of ${UNITS}`,
    onInput: () => {
      best.element.value = BY_HAND;
      draw();
    },
  });
  const letter = controls.slider(rest, {
    label: "letter (or point at one)", min: 1, max: data.text.length, value: 1,
    format: (n) => said(n), onInput: () => draw(),
  });
  const status = controls.status(stage);
  const strip = d3.select(controls.add(stage, "div")).append("svg").attr("role", "img");
  const legend = controls.add(stage, "div", { class: "legend", "aria-hidden": "true" });
  for (const { colour, shape, says } of Object.values(KINDS)) {
    const key = controls.add(legend, "span");
    d3.select(key).append("svg").attr("class", "mark").attr("width", 14).attr("height", 14).append("path")
      .attr("class", `fill-${colour}`).attr("transform", "translate(7,8)").attr("d", d3.symbol(shape, 60)());
    key.append(` ${says}`);
  }
  const place = controls.add(stage, "div");
  const plane = d3.select(place).append("svg").attr("role", "img");

  let hidden = /** @type {Float64Array} */ (new Float64Array());
  let points = /** @type {Array<[number, number]>} */ ([]); // the first: of the space before the text
  let perLine = 1;
  let cell = WIDE;
  let spots = /** @type {Array<[number, number]>} */ ([]); // where the points stand in the picture

  /** The unit that tells most of the chosen label, from 0. */
  function bestOf() {
    return data.nets[net.value].best[best.value];
  }

  /** A letter's name. @param {number} n from 1 */
  function said(n) {
    return `${n} of ${text.length}: ${text[n - 1] === " " ? "space" : text[n - 1]}`;
  }

  /** @param {string} typed */
  function read(typed) {
    text = typed;
    letter.element.max = String(text.length);
    states();
    letter.set(Math.min(letter.value, text.length));
  }

  function changed() {
    states();
    if (best.value === BY_HAND) draw();
    else {
      const label = best.value;
      unit.set(bestOf() + 1);
      best.element.value = label;
    }
  }

  /** The states after each letter, and where they lie in the plane. */
  function states() {
    const of = data.nets[net.value];
    const made = net.value === "trained" ? letters.trained() : untrained;
    hidden = letters.predicted(made, ` ${text}`).hidden;
    points = d3.range(text.length + 1).map((t) => {
      const h = state(t);
      const along = (axis) => d3.sum(axis, (a, j) => a * (h[j] - of.centre[j]));
      return [along(of.axes[0]), along(of.axes[1])];
    });
  }

  /** The state after a letter, 0 for the space before the text. @param {number} t */
  function state(t) {
    return hidden.subarray(t * UNITS, (t + 1) * UNITS);
  }

  /** @param {number} t */
  function kindOf(t) {
    const symbol = t ? text[t - 1] : " ";
    return KINDS[symbol === " " ? "space" : data.vowels.includes(symbol) ? "vowel" : "other"];
  }

  /** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
  function distance(a, b) {
    return Math.hypot(...Array.from(a, (v, i) => v - b[i]));
  }

  function draw() {
    const of = data.nets[net.value];
    const t = letter.value;
    const activity = d3.range(1, text.length + 1).map((n) => state(n)[unit.value - 1]);
    const step = {
      plane: distance(points[t], points[t - 1]) / of.random.plane,
      space: distance(state(t), state(t - 1)) / of.random.space,
    };
    const tells = Object.entries(data.labels).map(([label, name]) => `${name} ${percent(of.tells[label][unit.value - 1])}`);
    status.textContent = `Unit ${unit.value} tells of the entropy of: ${tells.join(", ")}. At letter ${said(t)}, it stands at ${activity[t - 1].toFixed(2)}. `
      + `The step to here is ${step.plane.toFixed(2)} of the distance of two states at random in the plane, ${step.space.toFixed(2)} in all units.`;
    Object.assign(stage.dataset, {
      net: net.value, unit: unit.value, letter: t, text, activity: activity.join(" "), points: points.flat().join(" "),
      plane: step.plane, space: step.space,
    });
    drawStrip(activity);
    drawPlane();
  }

  /** Bars over the letters, in lines. @param {number[]} activity */
  function drawStrip(activity) {
    const width = Math.max(280, stage.clientWidth);
    cell = Math.max(NARROW, Math.min(WIDE, (width - LEFT - 4) / text.length));
    perLine = Math.floor((width - LEFT - 4) / cell + 1e-9);
    const lines = Math.ceil(text.length / perLine);
    const y = d3.scaleLinear([-1, 1], [HEIGHT, 6]);
    strip.attr("viewBox", `0 0 ${width} ${lines * LINE}`).attr("width", width).attr("height", lines * LINE);
    strip.attr("aria-label", `Activity of unit ${unit.value} of the ${net.value} net over ${text.length} letters: from ${d3.min(activity)?.toFixed(2)} to ${d3.max(activity)?.toFixed(2)}, at the chosen letter ${activity[letter.value - 1].toFixed(2)}.`);
    strip.selectAll("*").remove();
    for (let line = 0; line < lines; line++) {
      const g = strip.append("g").attr("transform", `translate(0,${line * LINE})`);
      const shown = activity.slice(line * perLine, (line + 1) * perLine);
      g.append("g").attr("class", "axis").attr("transform", `translate(${LEFT - 4},0)`).call(d3.axisLeft(y).tickValues([-1, 0, 1]).tickFormat(d3.format("d")));
      g.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -(HEIGHT + 6) / 2).attr("y", 11).attr("text-anchor", "middle").text("activity");
      g.append("line").attr("class", "stroke-faint").attr("x1", LEFT).attr("x2", LEFT + shown.length * cell).attr("y1", y(0)).attr("y2", y(0));
      shown.forEach((a, i) => {
        const n = line * perLine + i + 1;
        const x = LEFT + i * cell;
        const here = n === letter.value;
        if (here) g.append("rect").attr("class", "here").attr("x", x).attr("y", 2).attr("width", cell).attr("height", HEIGHT + 20);
        g.append("rect").attr("class", `bar fill-${kindOf(n).colour}`).attr("x", x + cell / 8).attr("width", cell * 0.75).attr("y", y(Math.max(0, a))).attr("height", Math.abs(y(a) - y(0)));
        g.append("text").attr("class", here ? "mono lit" : "mono").attr("x", x + cell / 2).attr("y", HEIGHT + 16).attr("text-anchor", "middle").text(text[n - 1] === " " ? "␣" : text[n - 1]);
      });
    }
  }

  /** The chosen letter's word, from the space before it to the space after. */
  function wordAround() {
    let from = letter.value;
    while (from > 1 && text[from - 2] !== " ") from--;
    let to = letter.value;
    while (to <= text.length && text[to - 1] !== " ") to++;
    return [from - 1, Math.min(to, text.length)];
  }

  function drawPlane() {
    const of = data.nets[net.value];
    const width = Math.max(280, stage.clientWidth);
    const height = Math.min(430, Math.round(width * 0.85));
    const ends = of.extent.map(([low, high], k) => {
      const [least, most] = /** @type {[number, number]} */ (d3.extent(points, (p) => p[k]));
      const room = (high - low) * 0.04;
      return [Math.min(low, least) - room, Math.max(high, most) + room];
    });
    const x = d3.scaleLinear(ends[0], [48, width - 16]);
    const y = d3.scaleLinear(ends[1], [height - 40, 8]);
    spots = points.map(([a, b]) => [x(a), y(b)]);
    const [from, to] = wordAround();
    const word = text.slice(Math.max(0, from), to).trim();
    const t = letter.value;
    plane.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
    plane.attr("aria-label", `States of the ${net.value} net after ${text.length} letters, in a plane with ${percent(of.share)} of their variance, joined in order. ${word ? `The path through “${word}” stands out` : "A space is chosen"}; letter ${said(t)} is at ${points[t][0].toFixed(2)}, ${points[t][1].toFixed(2)}.`);
    plane.selectAll("*").remove();
    plane.append("g").attr("class", "axis").attr("transform", `translate(0,${height - 40})`).call(d3.axisBottom(x).ticks(6));
    plane.append("g").attr("class", "axis").attr("transform", "translate(48,0)").call(d3.axisLeft(y).ticks(6));
    plane.append("text").attr("class", "axis-label").attr("x", (48 + width) / 2).attr("y", height - 5).attr("text-anchor", "middle").text("first principal component");
    plane.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -(height - 40) / 2).attr("y", 13).attr("text-anchor", "middle").text("second component");
    plane.append("path").attr("class", "path").attr("d", d3.line()(spots));
    plane.append("path").attr("class", "word").attr("d", d3.line()(spots.slice(from, to + 1)));
    spots.forEach(([px, py], n) => {
      const kind = kindOf(n);
      const within = n >= from && n <= to;
      plane.append("path").attr("class", `point fill-${kind.colour}${within ? " within" : ""}`).attr("transform", `translate(${px},${py})`).attr("d", d3.symbol(kind.shape, within ? 60 : 30)());
    });
    plane.append("circle").attr("class", "ring").attr("cx", spots[t][0]).attr("cy", spots[t][1]).attr("r", 8);
    for (let n = from; n <= to; n++) {
      const [px, py] = spots[n];
      const left = px > width - 40;
      plane.append("text").attr("class", n === t ? "name lit" : "name").attr("x", px + (left ? -9 : 9)).attr("y", Math.max(16, py - 7))
        .attr("text-anchor", left ? "end" : "start").text(n && text[n - 1] !== " " ? text[n - 1] : "␣");
    }
  }

  /** @param {number} n */
  function pointed(n) {
    if (n >= 1 && n <= text.length && n !== letter.value) letter.set(n);
  }

  strip.on("pointermove pointerdown", (event) => {
    const [px, py] = d3.pointer(event, strip.node());
    const at = Math.floor((px - LEFT) / cell);
    if (at >= 0 && at < perLine) pointed(Math.floor(py / LINE) * perLine + at + 1);
  });
  plane.on("pointermove pointerdown", (event) => {
    const [px, py] = d3.pointer(event, plane.node());
    const near = d3.leastIndex(spots, ([a, b]) => Math.hypot(a - px, b - py)) ?? 0;
    if (Math.hypot(spots[near][0] - px, spots[near][1] - py) < 16) pointed(near);
  });
  chart.whenResized(place, draw);
  states();
  letter.set(Math.min(5, text.length));
});
