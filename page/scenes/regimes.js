"use strict";

/* A letter for ever, two near states of a random net, the map of exponents, and training's way. */
page.scene("regimes", (stage, data) => {
  const PICTURES = { letter: "one letter for ever", near: "two near states of a random net", map: "map: radius and input", training: "through training" };
  const ENDS = { fixed: "a fixed point", cycle: "a cycle", chaos: "chaos", open: "no end found" };
  const KINDS = Object.fromEntries(Object.keys(data.random).map((kind) => [kind, `${kind} W_hh`]));
  const H = letters.HIDDEN;
  const percent = d3.format(".0%");
  const signed = (v, digits = 2) => {
    const size = Math.abs(v).toFixed(digits);
    return Number(size) === 0 ? size : (v < 0 ? "−" : "+") + size;
  };
  const updates = (at) => (at === 0 ? "untrained" : `${at.toLocaleString("en")} updates`);
  const strength = (i) => (data.strengths[i] === 0 ? "0, no input" : String(data.strengths[i]));
  const text = letters.encode(DATA.scenes.player.data.stops.at(-1).text);

  // ==== What is computed =========================================================================
  /** v into J^T v, J = W_hh diag(1 - h^2), and its length, by which it is divided. */
  function pushed(net, hidden, at, v, to) {
    let squares = 0;
    to.fill(0);
    for (let i = 0, w = 0; i < H; i++) {
      for (let j = 0; j < H; j++, w++) to[j] += v[i] * net.W_hh[w];
    }
    for (let j = 0; j < H; j++) {
      to[j] *= 1 - hidden[at + j] * hidden[at + j];
      squares += to[j] * to[j];
    }
    const length = Math.sqrt(squares);
    for (let j = 0; j < H; j++) v[j] = to[j] / length;
    return length;
  }

  /** Largest Lyapunov exponent along the states from row `from` to before `to`, nats a step. */
  function exponent(net, hidden, from, to) {
    const v = new Float64Array(H);
    const next = new Float64Array(H);
    v[0] = 1;
    let sum = 0;
    for (let t = from; t < to; t++) sum += Math.log(pushed(net, hidden, t * H, v, next));
    return sum / (to - from);
  }

  /** The square of a matrix, its largest entry made 1. @param {Float64Array} M */
  function squared(M) {
    const S = new Float64Array(M.length);
    for (let i = 0; i < H; i++) {
      for (let k = 0; k < H; k++) {
        const m = M[i * H + k];
        for (let j = 0, [at, from] = [i * H, k * H]; j < H; j++) S[at + j] += m * M[from + j];
      }
    }
    let most = 0;
    for (const v of S) most = Math.max(most, Math.abs(v));
    return S.map((v) => v / (most || 1));
  }

  /** The leading eigenvalue of the Jacobian at a state: its size, and its angle in radians. */
  function leading(net, hidden, at) {
    const next = new Float64Array(H);
    let power = net.W_hh.map((w, i) => w * (1 - hidden[at + (i % H)] ** 2));
    for (let k = 0; k < 13; k++) power = squared(power); // J^8192 leaves the leading directions
    const v = Float64Array.from({ length: H }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < H; i++) sum += Math.cos(i + 1) * power[i * H + j];
      return sum;
    });
    pushed(net, hidden, at, v, next);
    // of three of them, x, y, z: z = a y + b x, where both eigenvalues are roots of r^2 = a r + b
    const x = v.slice();
    const first = pushed(net, hidden, at, v, next);
    const y = v.map((value) => value * first);
    const second = pushed(net, hidden, at, v, next);
    const z = v.map((value) => value * first * second);
    const dot = (p, q) => p.reduce((sum, value, i) => sum + value * q[i], 0);
    const [xx, xy, yy, xz, yz] = [dot(x, x), dot(x, y), dot(y, y), dot(x, z), dot(y, z)];
    const apart = xx * yy - xy * xy;
    if (apart < 1e-9 * xx * yy) return { size: Math.sqrt(yy / xx), angle: xy < 0 ? Math.PI : 0 };
    const a = (yz * xx - xz * xy) / apart;
    const b = (xz * yy - yz * xy) / apart;
    const under = a * a + 4 * b;
    if (under < 0) return { size: Math.sqrt(-b), angle: Math.acos(a / 2 / Math.sqrt(-b)) };
    return { size: (Math.abs(a) + Math.sqrt(under)) / 2, angle: a < 0 ? Math.PI : 0 };
  }

  /** |h_t - h_s| in the largest unit, or its norm. */
  function apart(hidden, t, s, norm = true) {
    let [squares, most] = [0, 0];
    for (let j = 0; j < H; j++) {
      const d = Math.abs(hidden[t * H + j] - hidden[s * H + j]);
      squares += d * d;
      most = Math.max(most, d);
    }
    return norm ? Math.sqrt(squares) : most;
  }

  /** The smallest period at the end of n states, 0 where none is found. */
  function period(hidden, n) {
    for (let p = 1; p <= data.longest; p++) if (apart(hidden, n, n - p, false) < data.same) return p;
    return 0;
  }

  // ==== One letter for ever ======================================================================
  /** @param {HTMLElement} place */
  function letter(place) {
    const SHOWN = 300; // steps in the chart
    const WAY = 60; // and in the plane
    const nets = /** @type {Record<number, Net>} */ ({});
    const row = controls.row(place);
    const stop = controls.slider(row, {
      label: "time of training", min: 0, max: data.stops.length - 1, value: data.stops.length - 1, format: (i) => updates(data.stops[i]), onInput: draw,
    });
    const which = controls.choice(row, {
      label: "letter for ever", options: Object.fromEntries([...letters.ALPHABET].map((l) => [l, l === " " ? "the space" : l])), value: "a", onChange: draw,
    });
    const before = controls.text(row, { label: "read before it", value: "the cat ", check: (typed) => letters.wrongText(typed, 1, 60), onInput: draw });
    const both = controls.add(place, "div", { class: "pair" });
    const steps = chart.lines(both, {
      label: "", height: 300, series: [],
      x: { label: "steps with the letter", domain: [0, SHOWN] }, y: { label: "distance", log: true, domain: [1e-15, 30], format: d3.format(".0e") },
    });
    const side = controls.add(both, "div");
    const plane = controls.add(side, "div", { class: "plane" });
    const status = controls.status(place);
    let held = /** @type {Unrolled | null} */ (null);

    /** States with one letter for ever, the one before it first. */
    function follow(net, symbol) {
      held ??= rnn.unroll(net, data.held, 1);
      held.hidden.set(letters.predicted(net, before.value).hidden.slice(-H));
      held.tokens.fill(symbol);
      rnn.forwardHidden(net, held);
      return held.hidden;
    }

    function draw() {
      if (!before.valid()) return;
      const i = stop.value;
      nets[i] ??= letters.lettersNet(DATA.scenes.player.data.stops[i].weights);
      const net = /** @type {Net} */ (nets[i]);
      const symbol = letters.ALPHABET.indexOf(which.value);
      const n = data.held;
      const hidden = follow(net, symbol);
      const p = period(hidden, n);
      const first = p === 1 ? leading(net, hidden, n * H) : null;
      const rate = first ? Math.log(first.size) : exponent(net, hidden, 1 + n / 2, n + 1);
      const end = p === 1 ? "fixed" : p > 1 ? "cycle" : rate > data.edge ? "chaos" : "open";
      const back = Math.max(p, 1);
      const values = d3.range(back, SHOWN + 1).map((t) => [t, p === 1 ? apart(hidden, t, n) : apart(hidden, t, t - back)]);
      const name = p === 1 ? "distance to the fixed point" : p ? `distance to ${p} steps before` : "length of a step";
      const series = [{ name, colour: "chunker", values }];
      const from = p ? values.find((v) => v[1] < 1e-3) : null;
      if (from) series.push({ name: "as its exponent says", colour: "ink", dash: "3 4", values: values.filter((v) => v[0] >= from[0]).map(([t]) => [t, from[1] * Math.exp(rate * (t - from[0]))]) });
      const says = which.value === " " ? "the space" : `“${which.value}”`;
      const turn = first && first.angle > 1e-6 && first.angle < Math.PI - 1e-6;
      const way = !first ? "" : turn ? `, spirals (a turn in ${(2 * Math.PI / first.angle).toFixed(1)} steps)` : first.angle ? ", from side to side" : ", straight";
      const how = {
        fixed: `comes to rest${way}: a fixed point, its distance times ${first?.size.toFixed(3)} a step`,
        cycle: `cycles: the same state every ${p} steps`, chaos: "wanders: chaos, near states part",
        open: `finds no end in ${n.toLocaleString("en")} steps`,
      }[end];
      const study = data.training.find((t) => t.updates === data.stops[i]);
      const all = study ? ` Of all letters, ${data.seeds} seeds: ${data.ends.map((e, k) => `${e} ${percent(study.ends[k])}`).join(", ")}.` : "";
      const most = 1.3 * d3.max(values, (v) => v[1]);
      steps.update({
        series, rules: [{ x: data.few, label: `document: ${data.few}` }],
        y: p ? { label: name, log: true, domain: [1e-15, 1e4], format: d3.format(".0e") } : { label: name, domain: [0, most] },
        label: `${name} against the steps with ${says} for ever, ${updates(data.stops[i])}: the state ${how}; largest exponent ${signed(rate, 3)} nats a step.`,
      });
      drawPlane(hidden, p === 1 ? n : null, says, end);
      status.textContent = `With ${says} for ever the state ${how}. Largest exponent ${signed(rate, 3)} nats a step.${all}`;
      Object.assign(stage.dataset, { end, period: String(p), exponent: String(rate), angle: String(first?.angle ?? ""), stop: String(data.stops[i]), letter: which.value });
    }

    /** The way of the state in the plane in which it moves most. */
    function drawPlane(hidden, rest, says, end) {
      const mean = rest === null ? d3.range(H).map((j) => d3.mean(d3.range(1, WAY + 1), (t) => hidden[t * H + j])) : [...hidden.subarray(rest * H, (rest + 1) * H)];
      const moved = d3.range(1, WAY + 1).map((t) => mean.map((m, j) => hidden[t * H + j] - m));
      const axes = /** @type {number[][]} */ ([]);
      for (let k = 0; k < 2; k++) {
        let axis = mean.map((_, j) => Math.sin(j * (k + 1) + 1));
        for (let r = 0; r < 40; r++) {
          for (const other of axes) axis = minus(axis, other);
          const along = moved.map((m) => dot(m, axis));
          axis = axis.map((_, j) => d3.sum(moved, (m, t) => m[j] * along[t]));
          for (const other of axes) axis = minus(axis, other);
          const size = Math.sqrt(dot(axis, axis)) || 1;
          axis = axis.map((v) => v / size);
        }
        axes.push(axis);
      }
      const points = moved.map((m) => axes.map((axis) => dot(m, axis)));
      const most = 1.12 * (d3.max(points.flat(), Math.abs) || 1);
      const size = Math.min(330, Math.max(240, side.clientWidth));
      const at = d3.scaleLinear([-most, most], [8, size - 8]);
      plane.replaceChildren();
      const svg = d3.select(plane).append("svg").attr("role", "img").attr("width", size).attr("height", size).attr("viewBox", `0 0 ${size} ${size}`)
        .attr("aria-label", `The state's way over the first ${WAY} steps with ${says}, in the plane in which it moves most; it ends in ${ENDS[end]}.`);
      svg.append("rect").attr("class", "frame").attr("width", size).attr("height", size);
      svg.append("path").attr("class", "way").attr("d", d3.line((q) => at(q[0]), (q) => at(-q[1]))(points));
      svg.selectAll("circle").data(points).join("circle").attr("class", (_, t) => (t ? "fill-chunker" : "start")).attr("r", (_, t) => (t ? 2.5 : 6)).attr("cx", (q) => at(q[0])).attr("cy", (q) => at(-q[1]));
      if (rest !== null) svg.append("path").attr("class", "rest").attr("d", `M${at(0) - 8},${at(0)}h16M${at(0)},${at(0) - 8}v16`);
      svg.append("text").attr("x", 8).attr("y", size - 8).attr("class", "small").text(`${WAY} steps; ring: the first${rest === null ? "" : "; cross: the fixed point"}`);
    }

    chart.whenResized(place, () => !place.hidden && draw());
    return draw;
  }

  /** @param {number[]} p @param {number[]} q */
  function dot(p, q) {
    let sum = 0;
    for (let j = 0; j < p.length; j++) sum += p[j] * q[j];
    return sum;
  }

  /** What of a vector is across another of length 1. @param {number[]} p @param {number[]} q */
  function minus(p, q) {
    const along = dot(p, q);
    return p.map((v, j) => v - along * q[j]);
  }

  // ==== Two near states of a random net ==========================================================
  /** @param {HTMLElement} place */
  function near(place) {
    const START = 100; // letters read before the kick
    const made = /** @type {Record<string, {W: Float64Array, U: Float64Array, start: Float64Array, kick: Float64Array}>} */ ({});
    const row = controls.row(place);
    const kind = controls.choice(row, { label: "random net", options: KINDS, value: "orthogonal", onChange: draw });
    const radius = controls.slider(row, {
      label: "radius of W_hh (or drag on the right)", min: data.radii[0], max: data.radii.at(-1), step: 0.05, value: 1, format: (v) => v.toFixed(2), onInput: draw,
    });
    const input = controls.slider(row, {
      label: "strength of the input", min: 0, max: data.strengths.length - 1, value: 0, format: strength, onInput: draw,
    });
    const both = controls.add(place, "div", { class: "pair" });
    const distance = chart.lines(both, {
      label: "", height: 300, series: [],
      x: { label: "steps after the kick" }, y: { label: "distance of the two states", log: true, domain: [1e-16, 30], format: d3.format(".0e") },
    });
    const every = Object.values(data.random).flatMap((of) => ["text", "constant"].flatMap((name) => of.curves[name].flat().flat()));
    const curves = chart.lines(both, {
      label: "", height: 300, series: [],
      x: { label: "radius of W_hh", domain: [data.radii[0] - 0.05, data.radii.at(-1) + 0.05] },
      y: { label: "largest exponent, nats a step", domain: [d3.min(every) - 0.05, d3.max(every) + 0.05], format: (v) => signed(v, 1) },
      onDrag: (to) => radius.set(to),
    });
    const status = controls.status(place);

    /** Weights of radius 1, inputs of strength 1, a state and a kick, drawn here. @param {string} name */
    function drawn(name) {
      const random = headline.generator(13, Object.keys(KINDS).indexOf(name));
      const normals = (n) => Float64Array.from({ length: n }, () => headline.normal(random));
      const rows = d3.range(H).map(() => [...normals(H)]);
      if (name === "orthogonal") {
        for (const [i, row] of rows.entries()) {
          let rest = row;
          for (let twice = 0; twice < 2; twice++) for (const other of rows.slice(0, i)) rest = minus(rest, other);
          const size = Math.sqrt(dot(rest, rest));
          rows[i] = rest.map((v) => v / size);
        }
      }
      const W = Float64Array.from(rows.flat());
      if (name !== "orthogonal") {
        const net = rnn.zeroNet(H, 1);
        net.W_hh.set(W);
        const { size } = leading(net, new Float64Array(H), 0);
        for (let w = 0; w < W.length; w++) W[w] /= size;
      }
      const kick = [...normals(H)];
      const size = Math.sqrt(dot(kick, kick));
      return { W, U: normals(letters.ALPHABET.length * H), start: Float64Array.from({ length: H }, () => 2 * random() - 1), kick: Float64Array.from(kick, (v) => (v * data.kick) / size) };
    }

    function draw() {
      const of = (made[kind.value] ??= drawn(kind.value));
      const [g, k] = [radius.value, input.value];
      const net = rnn.zeroNet(H, letters.ALPHABET.length);
      for (let w = 0; w < of.W.length; w++) net.W_hh[w] = g * of.W[w];
      for (let w = 0; w < of.U.length; w++) net.W_xh[w] = data.strengths[k] * of.U[w];
      const n = text.length;
      const one = rnn.unroll(net, n, 1);
      one.tokens.set(text);
      one.hidden.set(of.start);
      rnn.forwardHidden(net, one);
      const other = rnn.unroll(net, n - START, 1);
      other.tokens.set(text.subarray(START));
      for (let j = 0; j < H; j++) other.hidden[j] = one.hidden[START * H + j] + of.kick[j];
      rnn.forwardHidden(net, other);
      const values = d3.range(0, n - START + 1).map((t) => {
        let squares = 0;
        for (let j = 0; j < H; j++) squares += (one.hidden[(START + t) * H + j] - other.hidden[t * H + j]) ** 2;
        return /** @type {[number, number]} */ ([t, Math.sqrt(squares)]);
      });
      const rate = exponent(net, one.hidden, n / 4 + 1, n + 1);
      const what = rate > data.edge ? "draw apart: chaos" : rate < -data.edge ? "draw together: what was before is forgotten" : "keep their distance: the edge of chaos";
      distance.update({
        series: [
          { name: "distance", colour: "chunker", values },
          { name: "as the exponent says", colour: "ink", dash: "3 4", values: values.map(([t]) => [t, data.kick * Math.exp(rate * t)]) },
        ],
        label: `Distance of two states of a random net of radius ${g.toFixed(2)} against the steps since a kick of ${data.kick}, input ${strength(k)}: they ${what}.`,
      });
      const study = data.random[kind.value];
      const line = (name) => study.curves[name][k];
      const begins = study.from.text[k];
      const series = /** @type {any[]} */ ([{ name: k ? "reading text" : "no input", colour: "baseline", values: line("text").map((v, i) => [data.radii[i], v[0]]), band: line("text").map((v, i) => [data.radii[i], v[1], v[2]]) }]);
      if (k) series.push({ name: "one letter for ever", colour: "other", dash: "6 4", values: line("constant").map((v, i) => [data.radii[i], v[0]]) });
      series.push({ name: "log radius", colour: "faint", dash: "1 3", values: d3.range(0, 41).map((i) => data.radii[0] + (i / 40) * (data.radii.at(-1) - data.radii[0])).map((v) => [v, Math.log(v)]) });
      curves.update({
        series, rules: [{ y: 0 }, { x: 1, label: "document's edge" }],
        label: `Largest exponent of random nets (${kind.value}) against the radius, input ${strength(k)}, mean of ${data.seeds} seeds: chaos begins ${begins ? `at radius ${begins[0].toFixed(2)}` : "nowhere"}. The net of the left picture: radius ${g.toFixed(2)}, exponent ${signed(rate, 3)}.`,
        paint: (plot, x, y, size) => {
          plot.append("line").attr("class", "zero").attr("x2", size.width).attr("y1", y(0)).attr("y2", y(0));
          plot.append("g").attr("class", "drag").append("line").attr("x1", x(g)).attr("x2", x(g)).attr("y2", size.height);
          plot.append("circle").attr("class", "live").attr("r", 6).attr("cx", x(g)).attr("cy", y(rate));
        },
      });
      status.textContent = `Radius ${g.toFixed(2)}, input ${strength(k)}: exponent ${signed(rate, 3)} nats a step; two near states ${what}. ${data.seeds} seeds: chaos ${begins ? `from radius ${begins[0].toFixed(2)} (${begins[1].toFixed(2)} to ${begins[2].toFixed(2)}) on` : `nowhere up to radius ${data.radii.at(-1)}`}.`;
      Object.assign(stage.dataset, { kind: kind.value, radius: String(g), strength: String(data.strengths[k]), exponent: String(rate), apart: String(values.at(-1)?.[1]) });
    }

    return draw;
  }

  // ==== The map ==================================================================================
  /** @param {HTMLElement} place */
  function map(place) {
    const SHOWS = { text: "exponent, reading text", constant: "exponent, one letter for ever", memory: "memory of random bits, sum of R²" };
    const row = controls.row(place);
    const kind = controls.choice(row, { label: "random net", options: KINDS, value: "orthogonal", onChange: draw });
    const what = controls.choice(row, { label: "what is mapped", options: SHOWS, onChange: draw });
    const radius = controls.slider(row, {
      label: "radius of W_hh (or press in the map)", min: 0, max: data.radii.length - 1, value: Math.max(0, data.radii.indexOf(1)), format: (i) => String(data.radii[i]), onInput: draw,
    });
    const input = controls.slider(row, {
      label: "strength of the input", min: 0, max: data.strengths.length - 1, value: 0, format: strength, onInput: draw,
    });
    const picture = controls.add(place, "div", { class: "heat" });
    const said = controls.add(place, "div", { class: "said", "aria-hidden": "true" });
    const status = controls.status(place);
    const number = (v, memory = what.value === "memory") => (memory ? v.toFixed(1) : signed(v));

    function draw() {
      const all = data.random[kind.value].curves[what.value];
      const memory = what.value === "memory";
      const [i, k] = [radius.value, input.value];
      const most = d3.max(all.flat(), (v) => Math.abs(v[0]));
      const width = Math.max(300, picture.clientWidth);
      const [left, top, tall] = [56, 22, 34];
      const rows = data.strengths.length;
      const cell = (width - left - 2) / data.radii.length;
      const height = top + rows * tall + 38;
      const x = (at) => left + at * cell;
      const y = (at) => top + (rows - 1 - at) * tall;
      const wide = cell >= 48;
      picture.replaceChildren();
      const svg = d3.select(picture).append("svg").attr("role", "img").attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
      for (const [s, line] of all.entries()) {
        for (const [r, value] of line.entries()) {
          const colour = memory ? "automatizer" : value[0] > 0 ? "chunker" : "baseline";
          const g = svg.append("g").attr("class", "cell").attr("data-value", value[0]);
          g.append("rect").attr("class", `fill-${colour}`).attr("x", x(r)).attr("y", y(s)).attr("width", cell).attr("height", tall)
            .attr("fill-opacity", 0.06 + (0.5 * Math.abs(value[0])) / most);
          const mark = wide ? number(value[0]) : memory ? value[0].toFixed(0) : value[0] > 0 ? "+" : "−";
          g.append("text").attr("x", x(r + 0.5)).attr("y", y(s) + tall / 2 + 4).attr("text-anchor", "middle").text(mark);
        }
      }
      const zero = memory ? [] : all.map((line, s) => [crossing(line), s]).filter((q) => q[0] !== null);
      const steps = zero.flatMap(([q, s]) => [y(s) + tall, y(s)].map((py) => [x(Math.floor(q + 1)), py]));
      svg.append("path").attr("class", "zero").attr("d", d3.line()(steps));
      for (const [r, value] of data.radii.entries()) {
        svg.append("text").attr("x", x(r + 0.5)).attr("y", top + rows * tall + 16).attr("text-anchor", "middle").attr("class", value === 1 ? "one" : "").text(wide || r % 2 === 1 || data.radii.length < 5 ? String(value) : "");
      }
      for (const s of data.strengths.keys()) svg.append("text").attr("x", left - 6).attr("y", y(s) + tall / 2 + 4).attr("text-anchor", "end").text(String(data.strengths[s]));
      svg.append("text").attr("class", "axis-label").attr("x", (left + width) / 2).attr("y", height - 4).attr("text-anchor", "middle").text("radius of W_hh (document's edge: 1)");
      svg.append("text").attr("class", "axis-label").attr("x", 0).attr("y", 13).text(`strength of the input${zero.length ? "; right of the thick line: exponent above 0" : ""}`);
      svg.append("rect").attr("class", "here").attr("x", x(i) + 1).attr("y", y(k) + 1).attr("width", cell - 2).attr("height", tall - 2);
      const value = all[k][i];
      const where = zero.map(([q, s]) => `${data.strengths[s]}: ${along(q).toFixed(2)}`).join(", ");
      svg.attr("aria-label", `Map of ${SHOWS[what.value]}, ${kind.value} nets. At radius ${data.radii[i]}, strength ${data.strengths[k]}: ${number(value[0])}.${zero.length ? ` The exponent passes 0 at these radii, by strength: ${where}.` : ""}`);
      const at = (event) => {
        const [px, py] = d3.pointer(event, svg.node());
        return [Math.floor((px - left) / cell), rows - 1 - Math.floor((py - top) / tall)];
      };
      const inside = ([r, s]) => r >= 0 && s >= 0 && r < data.radii.length && s < rows;
      svg.on("pointermove", (event) => {
        const [r, s] = at(event);
        said.textContent = inside([r, s]) ? `radius ${data.radii[r]}, strength ${data.strengths[s]}: ${number(all[s][r][0])}` : "";
      }).on("pointerleave", () => {
        said.textContent = "";
      }).on("pointerdown", (event) => {
        const [r, s] = at(event);
        if (!inside([r, s])) return;
        radius.set(r);
        input.set(s);
      });
      status.textContent = `Radius ${data.radii[i]}, strength ${strength(k)}: ${SHOWS[what.value]} ${number(value[0])} (${number(value[1])} to ${number(value[2])}, ${data.seeds} seeds)${memory ? "." : value[1] > data.edge ? ": chaos." : value[2] < -data.edge ? ": the state forgets." : ": about the edge."}`;
      Object.assign(stage.dataset, { mapped: what.value, kind: kind.value, value: String(value[0]), zero: JSON.stringify(zero.map(([q]) => along(q))) });
    }

    /** Between which columns a row of the map passes 0: a column with a fraction, or null. */
    function crossing(line) {
      const r = line.findIndex((v) => v[0] > 0);
      if (r === -1) return null;
      return r === 0 ? -1 : r - 1 + line[r - 1][0] / (line[r - 1][0] - line[r][0]);
    }

    /** The radius at a place between columns. @param {number} q */
    function along(q) {
      if (q < 0) return data.radii[0];
      const r = Math.min(Math.floor(q), data.radii.length - 2);
      return data.radii[r] + (q - r) * (data.radii[r + 1] - data.radii[r]);
    }

    chart.whenResized(picture, () => !place.hidden && draw());
    return draw;
  }

  // ==== Through training =========================================================================
  /** @param {HTMLElement} place */
  function training(place) {
    const ZERO = 10; // where no updates stand on the logarithmic axis
    const LOOK = { fixed: ["baseline", undefined], cycle: ["automatizer", "9 4"], chaos: ["chunker", "5 3"], open: ["ink", "2 3"] };
    const all = data.training;
    const at = (t) => Math.max(ZERO, t.updates);
    const time = controls.slider(controls.row(place), {
      label: "time of training (or drag in a picture)", min: 0, max: all.length - 1, value: all.length - 1, format: (i) => updates(all[i].updates), onInput: draw,
    });
    const x = { label: "updates", log: true, domain: /** @type {[number, number]} */ ([ZERO, at(all.at(-1))]), format: (v) => (v <= ZERO ? "0" : d3.format(",")(v)) };
    const onDrag = (to) => time.set(d3.leastIndex(all, (t) => Math.abs(Math.log(at(t) / to))));
    const both = controls.add(place, "div", { class: "pair" });
    const rates = chart.lines(both, { label: "", height: 290, x, y: { label: "nats a step", format: (v) => signed(v) }, series: [], onDrag });
    const ends = chart.lines(both, { label: "", height: 290, x, y: { label: "share of letters", domain: [0, 1.02], format: percent }, series: [], onDrag });
    const told = controls.add(place, "div", { "aria-live": "polite" });

    function draw() {
      const now = all[time.value];
      const here = (plot, scale, size) => plot.append("g").attr("class", "drag").append("line").attr("x1", scale(at(now))).attr("x2", scale(at(now))).attr("y2", size.height);
      const curve = (name, colour, dash, of) => ({ name, colour, dash, values: all.map((t) => [at(t), of(t)[0]]), band: all.map((t) => [at(t), of(t)[1], of(t)[2]]) });
      rates.update({
        series: [
          curve("exponent on text", "chunker", undefined, (t) => t.exponent),
          curve("log radius of W_hh", "baseline", "6 4", (t) => t.radius.map((v) => Math.log(Math.max(v, 0.1)))),
        ],
        rules: [{ y: 0, label: "edge of chaos" }],
        label: `Largest exponent on text and log radius of W_hh against the updates, means of ${data.seeds} seeds. ${updates(now.updates)}: exponent ${signed(now.exponent[0])}, radius ${now.radius[0].toFixed(2)}.`,
        paint: (plot, scale, y, size) => {
          plot.append("line").attr("class", "zero").attr("x2", size.width).attr("y1", y(0)).attr("y2", y(0));
          here(plot, scale, size);
        },
      });
      ends.update({
        series: data.ends.map((end, k) => ({ name: end, colour: LOOK[end][0], dash: LOOK[end][1], values: all.map((t) => [at(t), t.ends[k]]) })),
        label: `Where a letter for ever leads, shares of the letters against the updates. ${updates(now.updates)}: ${data.ends.map((end, k) => `${end} ${percent(now.ends[k])}`).join(", ")}.`,
        paint: (plot, scale, _, size) => here(plot, scale, size),
      });
      const interval = ([mean, low, high], form) => `${form(mean)} (${form(low)} to ${form(high)})`;
      told.replaceChildren();
      controls.table(told, [updates(now.updates), `mean of ${data.seeds} seeds (95% interval)`], [
        ["largest exponent on text, nats a step", interval(now.exponent, signed)],
        ["radius of W_hh", interval(now.radius, (v) => v.toFixed(2))],
        ["loss, nats a letter", now.loss.toFixed(2)],
        ...data.ends.map((end, k) => [`letters that end in ${ENDS[end]}`.replace("end in no end found", "find no end"), percent(now.ends[k])]),
        ["fixed points reached in a spiral", now.spiral === null ? "none reached" : percent(now.spiral)],
      ]);
      Object.assign(stage.dataset, { updates: String(now.updates), exponent: String(now.exponent[0]), radius: String(now.radius[0]), ends: JSON.stringify(now.ends) });
    }

    return draw;
  }

  page.pictures(stage, PICTURES, { letter, near, map, training });
});
