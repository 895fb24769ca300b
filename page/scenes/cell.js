"use strict";

/* The cell: built part by part, each product of one step, a letter one-hot and as a dense vector. */
page.scene("cell", (stage, data) => {
  const H = data.units;
  const V = data.symbols.length;
  const SHOW = { " ": "␣" };
  /** @param {string} letter */
  const shown = (letter) => SHOW[letter] ?? letter;
  const UNITS = [
    { colour: "automatizer" }, { colour: "chunker", dash: "7 3" }, { colour: "baseline", dash: "2 3" },
  ];
  const CELLS = {
    forward: { name: "feed-forward: no recurrence", formula: "h_t = tanh(x_t W_xh + b_h)" },
    recurrence: { name: "recurrence alone", formula: "h_t = h_(t-1) W_hh, from h = (1, 1, 1)" },
    input: { name: "recurrence and input", formula: "h_t = x_t W_xh + h_(t-1) W_hh + b_h" },
    tanh: { name: "and tanh", formula: "h_t = tanh(x_t W_xh + h_(t-1) W_hh + b_h)" },
    output: { name: "and output: Elman's net", formula: "h_t as before, p_t = softmax(h_t W_hy + b_y)" },
  };

  const row = controls.row(stage);
  const kind = controls.choice(row, {
    label: "the cell has", value: "tanh", onChange: draw,
    options: Object.fromEntries(Object.entries(CELLS).map(([key, { name }]) => [key, name])),
  });
  const radius = controls.slider(row, {
    label: "size of W_hh: its spectral radius", min: 0, max: 2, step: 0.05, value: 1,
    format: (r) => r.toFixed(2), onInput: draw,
  });
  const typed = controls.text(row, {
    label: `text of ${[...data.symbols].map(shown).join(" ")}, 2 to 12 letters`, value: data.text, size: 13,
    check: wrong, onInput: draw,
  });
  const step = controls.slider(row, {
    label: "step t", min: 0, max: data.text.length - 1, value: 2,
    onInput: draw,
  });
  const status = controls.status(stage);
  const plots = controls.add(stage, "div", { class: "pair" });
  const spec = {
    /** @type {Axis} */
    x: { label: "step t", domain: [0, 11], ticks: 11, format: d3.format("d") },
    series: [], height: 230, onDrag: (at) => step.set(Math.round(at)),
  };
  const states = chart.lines(plots, { ...spec, label: "", y: { label: "state of a unit, h_t", domain: [-1, 1] } });
  const predictions = chart.lines(plots, { ...spec, label: "", y: { label: "p of the next letter", domain: [0, 1] } });
  const products = controls.add(stage, "div");
  const schemes = controls.add(stage, "div");

  /** @param {string} text */
  function wrong(text) {
    if (text.length < 2 || text.length > 12) return "Give 2 to 12 letters.";
    const unknown = [...text].find((letter) => !data.symbols.includes(letter));
    return unknown === undefined ? "" : `This net does not know “${unknown}”: use ${[...data.symbols].map(shown).join(" ")} (␣ is the space).`;
  }

  /** The net with W_hh as large as the reader wants it. */
  function net() {
    const made = rnn.netOf(H, V, data.net);
    const r = kind.value === "forward" ? 0 : radius.value;
    for (let i = 0; i < H * H; i++) made.W_hh[i] *= r;
    return made;
  }

  /** States h_0 .. of the cell as far as it is built, a row for each step; p where it has an output. */
  function run() {
    const made = net();
    const tokens = [...typed.value].map((letter) => data.symbols.indexOf(letter));
    const n = tokens.length;
    const u = rnn.unroll(made, n, 1);
    u.tokens.set(tokens);
    rnn.forward(made, u);
    const rows = (flat, width, from) => d3.range(n).map((t) => Array.from(flat.subarray((t + from) * width, (t + from + 1) * width)));
    const linear = kind.value === "recurrence" || kind.value === "input";
    return {
      made, tokens, u,
      full: rows(u.hidden, H, 1),
      states: linear ? withoutTanh(made, tokens) : rows(u.hidden, H, 1),
      probs: rows(u.probs, V, 0),
    };
  }

  /** @param {Net} made @param {number[]} tokens */
  function withoutTanh(made, tokens) {
    const alone = kind.value === "recurrence";
    let before = Array(H).fill(alone ? 1 : 0);
    return tokens.map((x) => {
      before = d3.range(H).map((j) => {
        const input = alone ? 0 : made.W_xh[x * H + j] + made.b_h[j];
        return input + d3.sum(d3.range(H), (i) => before[i] * made.W_hh[i * H + j]);
      });
      return before;
    });
  }

  function draw() {
    if (!typed.valid()) return;
    const last = typed.value.length - 1;
    if (Number(step.element.max) !== last) {
      step.element.max = String(last);
      step.set(Math.min(step.value, last));
      return;
    }
    const now = run();
    drawStates(now);
    drawProducts(now);
    stage.dataset.states = JSON.stringify(now.states);
    stage.dataset.probs = JSON.stringify(now.probs[step.value]);
    stage.dataset.full = JSON.stringify(now.full[step.value]);
  }

  function drawStates(now) {
    const n = now.states.length;
    const format = (t) => shown(typed.value[Math.round(t)] ?? "");
    const x = /** @type {Axis} */ ({ ...spec.x, label: "letter read", domain: [0, n - 1], ticks: n - 1, format });
    const series = UNITS.map(({ colour, dash }, j) => ({
      name: `unit ${j + 1}`, colour, dash, values: now.states.map((h, t) => [t, h[j]]),
    }));
    const largest = d3.max(now.states.flat().map(Math.abs));
    const { name, formula } = CELLS[kind.value];
    const bounded = kind.value !== "recurrence" && kind.value !== "input";
    const rules = [{ x: step.value, label: "" }];
    const output = kind.value === "output";
    predictions.figure.hidden = !output; // before the other is drawn, whose width it changes
    states.update({
      x, series, rules, y: { label: "state of a unit, h_t", domain: bounded ? [-1, 1] : undefined },
      label: `States of three units over ${n} letters, the cell being: ${name}. The largest state is ${chart.short(largest)}.`,
    });
    status.textContent = `${formula}. Largest state ${chart.short(largest)}, at the last step ${chart.short(d3.max(now.states[n - 1].map(Math.abs)))}.`;
    stage.dataset.largest = String(largest);
    if (!output) return;
    const true_ = now.tokens.slice(1).map((next, t) => [t, now.probs[t][next]]);
    const most = now.probs.map((p, t) => [t, d3.max(p)]);
    predictions.update({
      x, rules,
      series: [
        { name: "p of the letter that comes", colour: "other", values: true_ },
        { name: "largest p", colour: "faint", dash: "4 3", values: most },
      ],
      label: `Probability of the letter that comes, and the largest one, over ${n} letters. The weights are drawn, not learned.`,
    });
  }

  /** @param {number} v */
  const two = (v) => (Math.abs(v) < 0.005 ? 0 : v).toFixed(2).replace("-", "−");

  /** @param {string} top @param {number} value */
  function product(top, value) {
    const cell = document.createElement("span");
    cell.append(top, document.createElement("br"), `= ${two(value)}`);
    return cell;
  }

  /** Every product and sum of the step of Elman's cell that is chosen. */
  function drawProducts({ tokens, u }) {
    const made = net();
    const t = step.value;
    const letter = shown(data.symbols[tokens[t]]);
    const before = Array.from(u.hidden.subarray(t * H, (t + 1) * H));
    const h = Array.from(u.hidden.subarray((t + 1) * H, (t + 2) * H));
    const p = Array.from(u.probs.subarray(t * V, (t + 1) * V));
    const y = new Float64Array(V);
    rnn.readOut(made, u.hidden, (t + 1) * H, y, 0);
    const units = d3.range(H);
    const letters = d3.range(V);
    const weight = (W, width, i, j) => W[i * width + j];
    const say = (name, values) => [name, ...values.map(two)];
    products.replaceChildren();
    controls.add(products, "h4", {}, `Each product at t = ${t}, with recurrence, input, tanh and output`);
    const oneHot = letters.map((k) => (k === tokens[t] ? 1 : 0)).join(" ");
    controls.add(products, "p", { class: "note mono" }, `x_t, “${letter}” one-hot: ${oneHot}`);
    const sums = units.map((j) => made.W_xh[tokens[t] * H + j] + made.b_h[j]
      + d3.sum(units, (i) => before[i] * weight(made.W_hh, H, i, j)));
    const first = controls.table(products, ["state", ...units.map((j) => `unit ${j + 1}`)], [
      say(`x_t W_xh: the row of “${letter}”`, units.map((j) => weight(made.W_xh, H, tokens[t], j))),
      ...units.map((i) => [`h${i + 1} before × W_hh`, ...units.map((j) => {
        const w = weight(made.W_hh, H, i, j);
        return product(`${two(before[i])} × ${two(w)}`, before[i] * w);
      })]),
      say("bias b_h", units.map((j) => made.b_h[j])),
      say("sum", sums),
      say("h_t = tanh(sum)", h),
    ]);
    const second = controls.table(products, ["output", ...letters.map((k) => `“${shown(data.symbols[k])}”`)], [
      ...units.map((i) => [`h${i + 1} × W_hy`, ...letters.map((k) => {
        const w = weight(made.W_hy, V, i, k);
        return product(`${two(h[i])} × ${two(w)}`, h[i] * w);
      })]),
      say("bias b_y", letters.map((k) => made.b_y[k])),
      say("logit y_t = sum", letters.map((k) => y[k])),
      say("p_t = exp(y_t) / their sum", p),
    ]);
    for (const [table, name] of [[first, "Products of the state"], [second, "Products of the output"]]) {
      table.parentElement?.setAttribute("aria-label", String(name));
      table.parentElement?.setAttribute("role", "group");
    }
    const next = tokens[t + 1];
    const comes = next === undefined ? "" : ` “${shown(data.symbols[next])}” comes: loss ${(-Math.log(p[next])).toFixed(2)} nats.`;
    controls.add(products, "p", { class: "note" }, `Most probable: “${shown(data.symbols[rnn.argmax(p)])}”, p = ${d3.max(p).toFixed(2)}.${comes} Weights drawn, not learned.`);
  }

  /** One-hot beside an embedding: a letter to pick, a width to choose. */
  function drawSchemes() {
    controls.add(schemes, "h4", {}, "One letter, two ways to give it to 64 units".replace("64", String(data.hidden)));
    const field = controls.add(schemes, "fieldset", { class: "tiles" });
    controls.add(field, "legend", {}, "letter");
    for (const [i, letter] of [...data.letters].entries()) {
      const label = controls.add(field, "label", {});
      const input = controls.add(label, "input", {
        type: "radio", name: "cell-letter", value: i, checked: letter === "c",
        "aria-label": letter === " " ? "space" : letter,
      });
      controls.add(label, "span", { class: "mono", "aria-hidden": "true" }, shown(letter));
      input.addEventListener("change", show);
    }
    const width = controls.slider(controls.row(schemes), {
      label: "width of the embedding, numbers", min: 1, max: data.embedding[0].length, value: data.width, onInput: show,
    });
    const place = controls.add(schemes, "div");
    const counts = controls.add(schemes, "div");

    function show() {
      const checked = /** @type {HTMLInputElement} */ (field.querySelector("input:checked"));
      const at = Number(checked.value);
      const all = data.letters.length;
      const name = shown(data.letters[at]);
      const dense = data.embedding[at].slice(0, width.value);
      const oneHot = d3.range(all).map((i) => (i === at ? 1 : 0));
      place.replaceChildren();
      strip(`“${name}” one-hot: ${all} numbers`, oneHot, (v) => String(v));
      strip(`“${name}” embedded: ${dense.length} numbers (drawn; a net would learn them)`, dense, (v) => v.toFixed(1).replace("-", "−"));
      const flat = all * data.hidden;
      const deep = (all + data.hidden) * width.value;
      const total = data.of - flat + deep;
      const number = d3.format(",");
      counts.replaceChildren();
      controls.table(counts, ["the letter", "one-hot", "embedding"], [
        ["weights before the units", `${all} × ${data.hidden} = ${number(flat)}`,
          `${all} × ${width.value} + ${width.value} × ${data.hidden} = ${number(deep)}`],
        ["of all the net's", number(data.of), `${number(total)} (${total > data.of ? "+" : "−"}${number(Math.abs(total - data.of))})`],
        ["products for a letter", "0: a row is looked up", `${width.value} × ${data.hidden} = ${number(width.value * data.hidden)}`],
        ["bits that tell the letter", `log2 ${all} = ${Math.log2(all).toFixed(2)}`, `the same ${Math.log2(all).toFixed(2)}`],
      ]);
      stage.dataset.letter = data.letters[at];
      stage.dataset.oneHot = oneHot.join("");
      stage.dataset.dense = JSON.stringify(dense);
      stage.dataset.weights = `${flat} ${deep} ${total}`;
    }

    /** Numbers as cells, taller the larger they are. */
    function strip(title, values, format) {
      const full = Math.max(280, schemes.clientWidth);
      const cell = Math.min(27, full / data.embedding[0].length);
      const mid = 27;
      const most = Math.max(1, d3.max(values.map(Math.abs)));
      const y = d3.scaleLinear([-most, most], [mid + 24, mid - 24]);
      controls.add(place, "p", { class: "note" }, title);
      const svg = d3.select(place).append("svg").attr("role", "img").attr("width", full).attr("height", 72)
        .attr("viewBox", `0 0 ${full} 72`).attr("aria-label", `${title}: ${values.map(format).join(", ")}`);
      svg.append("line").attr("class", "axis-line").attr("x2", cell * values.length).attr("y1", mid).attr("y2", mid);
      const bars = svg.selectAll("g").data(values).join("g").attr("transform", (_, i) => `translate(${i * cell},0)`);
      bars.append("rect").attr("x", 1).attr("width", cell - 2).attr("y", (v) => Math.min(mid, y(v)))
        .attr("height", (v) => Math.max(1, Math.abs(y(v) - mid))).attr("class", (v) => (v > 0 ? "fill-chunker" : "fill-baseline"));
      if (cell > 24) {
        bars.append("text").attr("class", "small").attr("text-anchor", "middle").attr("x", cell / 2).attr("y", 66).text(format);
      }
    }

    show();
    chart.whenResized(schemes, show);
  }

  drawSchemes();
  draw();
});
