"use strict";

/* Three studies as curves: cost against length, the threshold swept, noise; a level to choose. */
page.scene("curves", (stage, data) => {
  const percent = d3.format(".0%");

  /** Where a table stands that is drawn anew. @param {HTMLElement} place @param {string} caption */
  function tableIn(place, caption) {
    const title = controls.add(place, "p", { class: "caption" }, caption);
    const holder = controls.add(place, "div");
    return (header, rows, text = caption) => {
      title.textContent = text;
      holder.replaceChildren();
      controls.table(holder, header, rows);
    };
  }

  /** The nearest of some values: where it stands. @param {number[]} values @param {number} to */
  function nearest(values, to) {
    return d3.leastIndex(values, (a, b) => Math.abs(a - to) - Math.abs(b - to));
  }

  /** @param {number | null | undefined} value */
  function number(value) {
    return value == null ? "-" : value >= 1e5 ? d3.format(".3s")(value).replace("G", " G").replace("M", " M").replace("k", " k") : chart.short(value);
  }

  // ==== What a step costs ========================================================================
  /** @param {HTMLElement} place */
  function cost(place) {
    const { curves, stages, quantities, when } = data.cost;
    const names = Object.keys(quantities);
    const lengths = [...new Set(Object.values(curves.train).flatMap((points) => points.map((p) => p[0])))].sort((a, b) => a - b);
    const name = (i) => lengths[i].toLocaleString("en");
    const options = Object.fromEntries(Object.keys(when).flatMap((w) => names
      .filter((q) => Object.values(curves[w]).some((points) => points.some((p) => p[names.indexOf(q) + 1])))
      .map((q) => [`${w} ${q}`, `${when[w]}: ${quantities[q]}`])));
    const row = controls.row(place);
    const what = controls.choice(row, { label: "what is counted", options, value: "train movement", onChange: draw });
    const level = controls.slider(row, {
      label: "sequence length T (or drag in the picture)", min: 0, max: lengths.length - 1, value: lengths.indexOf(data.cost.T),
      format: name, onInput: draw,
    });
    const lines = chart.lines(place, {
      label: "", x: { label: "sequence length T", log: true }, y: { label: "", log: true }, series: [], height: 320,
      onDrag: (T) => level.set(nearest(lengths.map(Math.log), Math.log(T))),
    });
    const at = tableIn(place, "");
    const solved = tableIn(place, "");
    const three = d3.format(",.3~r");
    const ratio = (v) => (v === null ? "not solved" : chart.short(v));
    solved(
      ["until solved", "seeds", "sequences", "multiply-adds", "data movement", "from beyond the cache"],
      data.cost.solved.map((s) => [s.method, s.solved, number(s.sequences), ratio(s.multiply_adds), ratio(s.movement), ratio(s.beyond_cache)]),
      `Until solved at T = ${data.cost.T.toLocaleString("en")}, relative to A + C; each trained at that length.`,
    );

    function draw() {
      const [w, quantity] = what.value.split(" ");
      const column = names.indexOf(quantity) + 1;
      const longest = d3.max(Object.values(curves[w]).flat(), (p) => (p[column] == null ? 0 : p[0]));
      const most = lengths.indexOf(longest);
      level.element.max = String(most); // the browser moves a value beyond it
      if (level.element.getAttribute("aria-valuetext") !== name(level.value)) return level.set(level.value);
      const T = lengths[level.value];
      const series = Object.entries(stages).map(([stage, [name, colour, dash]]) => ({
        name, colour, dash: dash ?? undefined,
        values: curves[w][stage].map((p) => [p[0], p[column] || NaN]),
      }));
      const values = Object.fromEntries(Object.keys(stages).map((s) => [s, curves[w][s].find((p) => p[0] === T)?.[column]]));
      lines.update({
        series, rules: [{ x: T }], y: { label: quantities[quantity].split(" (")[0], log: true, format: d3.format(".3~s") },
        x: { label: "sequence length T", log: true, domain: [lengths[0], longest] },
        label: `${when[w]}, ${quantities[quantity]}, against T. At T = ${T}: ${Object.entries(stages).map(([s, [name]]) => `${name} ${number(values[s])}`).join(", ")}.`,
      });
      at(
        [`T = ${T.toLocaleString("en")}`, quantities[quantity], "times that of C", "grows as"],
        Object.entries(stages).map(([s, [name]]) => [
          name, number(values[s]), values[s] == null || !values.C ? "-" : three(values[s] / values.C),
          growth(data.cost.growth[w][s][quantity]),
        ]),
        `${when[w]}`,
      );
      stage.dataset.T = String(T);
      stage.dataset.values = Object.keys(stages).map((s) => values[s] ?? "").join(" ");
    }

    return draw;
  }

  /** @param {number | undefined} power */
  function growth(power) {
    return power === undefined ? "-" : `T^${power.toFixed(2)}`;
  }

  // ==== The threshold ============================================================================
  /** @param {HTMLElement} place */
  function gate(place) {
    const { thresholds, levels } = data.gate;
    const row = controls.row(place);
    const noise = controls.slider(row, {
      label: "noise e: the filler jumps with probability", min: 0, max: levels.length - 1, value: 0,
      format: (i) => String(levels[i].e), onInput: draw,
    });
    const threshold = controls.slider(row, {
      label: "threshold, nats (or drag in the picture)", min: thresholds[0], max: thresholds[thresholds.length - 1],
      step: thresholds[1] - thresholds[0], value: thresholds[Math.floor(thresholds.length / 2)], format: (v) => v.toFixed(2), onInput: draw,
    });
    const said = controls.status(place);
    const onDrag = (to) => threshold.set(thresholds[nearest(thresholds, to)]);
    const x = { label: "threshold on A's loss, nats", domain: /** @type {[number, number]} */ ([0, thresholds[thresholds.length - 1]]) };
    const shares = chart.lines(place, { label: "", x, y: { label: "share", domain: [0, 1.02], format: percent }, series: [], height: 260, onDrag });
    const note = controls.add(place, "p", { class: "note" });
    const counts = chart.lines(place, { label: "", x, y: { label: "events a sequence, k", log: true, domain: [1, 1500] }, series: [], height: 190, onDrag });
    const gates = tableIn(place, "");

    function draw() {
      const level = levels[noise.value];
      const i = nearest(thresholds, threshold.value);
      const of = (key) => level[key].map((v, j) => [thresholds[j], v]);
      const rules = [{ x: thresholds[i] }];
      const plateau = level.plateau ? `${level.plateau[0]} to ${level.plateau[1]} nats` : "none";
      shares.update({
        series: [
          { name: "of what goes up, unpredictable (precision)", colour: "automatizer", values: of("precision") },
          { name: "of the unpredictable, goes up (detected)", colour: "baseline", dash: "2 3", values: of("detected") },
          { name: "recall", colour: "chunker", values: of("recall") },
          { name: "choice of A or B", colour: "other", dash: "7 4", values: of("choice") },
        ],
        rules,
        label: `At e = ${level.e}: precision, share detected, recall and choice against the threshold. Every seed recalls all: ${plateau}.`,
        paint: (plot, scale, _, size) => marks(plot, scale, size, level),
      });
      counts.update({
        series: [{ name: "k", colour: "ink", values: of("k") }], rules,
        label: `At e = ${level.e}: events a sequence against the threshold, from ${number(level.k[0])} to ${number(level.k[level.k.length - 1])}.`,
      });
      note.textContent = `Shaded: every seed recalls all (${plateau}). ${level.jump === null ? "" : `▲ a jump costs A ${level.jump} nats, `}◆ the target ${level.target} (medians).`;
      said.textContent = `At ${thresholds[i].toFixed(2)} nats: k = ${number(level.k[i])}, precision ${percent(level.precision[i])}, detected ${percent(level.detected[i])}, recall ${percent(level.recall[i])}, choice ${percent(level.choice[i])}; ${level.perfect[i]} seeds recall all.`;
      gates(
        ["gate", "set by", "threshold, nats (median)", "k", "recall", "choice", "seeds that recall all"],
        Object.entries(level.gates).map(([name, [nats, k, recall, choice, perfect]]) =>
          [name, data.gate.set_by[name], number(nats), number(k), percent(recall), percent(choice), perfect]),
        `Gates, at e = ${level.e}`,
      );
      Object.assign(stage.dataset, { e: level.e, threshold: thresholds[i], k: level.k[i], recall: level.recall[i], precision: level.precision[i], detected: level.detected[i] });
    }

    return draw;
  }

  /** Where every seed recalls all, and what jump and target cost. */
  function marks(plot, x, size, level) {
    if (level.plateau) {
      const half = data.gate.thresholds[1] / 2;
      plot.insert("rect", ":first-child").attr("class", "plateau").attr("x", x(Math.max(0, level.plateau[0] - half))).attr("y", 0)
        .attr("width", x(level.plateau[1] + half) - x(Math.max(0, level.plateau[0] - half))).attr("height", size.height);
    }
    const symbols = [[level.jump, d3.symbolTriangle], [level.target, d3.symbolDiamond]];
    plot.append("g").selectAll("path").data(symbols.filter(([at]) => at !== null && x(at) <= size.width)).join("path").attr("class", "mark")
      .attr("d", ([, shape]) => d3.symbol(shape, 70)()).attr("transform", ([at]) => `translate(${x(at)},${size.height - 6})`);
  }

  // ==== Noise ====================================================================================
  /** @param {HTMLElement} place */
  function noise(place) {
    const { levels, T } = data.noise;
    const ZERO = 4e-4; // where e = 0 stands on a logarithmic axis
    const LOOK = { misprediction: ["mispredicted goes up", "chunker", undefined], threshold: ["above the threshold goes up", "automatizer", "7 4"] };
    const xOf = (level) => Math.max(level.e, ZERO);
    const row = controls.row(place);
    const what = controls.choice(row, {
      label: "what is shown", onChange: draw,
      options: { k: "events a sequence, k", recall: "recall", choice: "choice of A or B", bits: "bits that describe a sequence" },
    });
    const level = controls.slider(row, {
      label: "noise e: the filler jumps with probability (or drag)", min: 0, max: levels.length - 1, value: 4,
      format: (i) => String(levels[i].e), onInput: draw,
    });
    const x = { label: "noise e", log: true, domain: /** @type {[number, number]} */ ([ZERO * 0.8, 1]), format: (e) => (e <= ZERO ? "0" : d3.format("~g")(e)) };
    const lines = chart.lines(place, {
      label: "", x, y: { label: "" }, series: [], height: 320,
      onDrag: (e) => level.set(nearest(levels.map((v) => Math.log(xOf(v))), Math.log(e))),
      paint: (plot, scale, _, size) => {
        const zero = plot.append("g").attr("class", "axis").attr("transform", `translate(${scale(ZERO)},${size.height})`);
        zero.append("line").attr("y2", 6);
        zero.append("text").attr("y", 19).attr("text-anchor", "middle").text("0");
      },
    });
    const at = tableIn(place, "");

    /** A line of one gate each, and what stands beside them. @param {string} quantity */
    function seriesOf(quantity) {
      const each = Object.entries(LOOK).map(([gate, [name, colour, dash]]) => ({
        name, colour, dash, values: levels.map((v) => [xOf(v), [v.gates[gate][quantity]].flat()[0]]),
      }));
      const more = (name, colour, dash, of, among = levels) => ({ name, colour, dash, values: among.map((v) => [xOf(v), of(v)]) });
      if (quantity === "k") {
        const expected = more("expected: 2 + e(T − 2)", "ink", "2 4", (v) => v.expected[0]);
        return [...each, { ...expected, band: levels.map((v) => [xOf(v), v.expected[1], v.expected[2]]) }];
      }
      if (quantity === "bits") {
        return [...each, more("A's predictions", "baseline", "1 3", (v) => v.code_bits), more("entropy of the filler", "ink", "2 4", (v) => v.entropy_bits)];
      }
      const i = quantity === "recall" ? 0 : 1;
      const others = [
        more("collapsed net", "other", "4 2", (v) => v.collapsed[i]),
        { ...more("LSTM", "baseline", undefined, (v) => v.LSTM[i], levels.filter((v) => v.LSTM)), dots: true },
      ];
      return quantity === "recall" ? [...each, ...others, more("a perfect C that gets every jump", "ink", "2 4", (v) => v.ceiling)] : [...each, ...others];
    }

    function draw() {
      const quantity = what.value;
      const v = levels[level.value];
      const name = what.element.selectedOptions[0].textContent;
      const share = quantity === "recall" || quantity === "choice";
      const rules = quantity === "choice" ? [{ x: xOf(v) }, { y: 0.5, label: "chance" }] : [{ x: xOf(v) }];
      lines.update({
        series: seriesOf(quantity), rules,
        y: share ? { label: name, domain: [0, 1.02], format: percent } : { label: name, log: true, domain: [1, 5000], format: number },
        label: `${name} against noise, T = ${T}. At e = ${v.e}: ${Object.entries(LOOK).map(([gate, [says]]) => `${says}, ${number([v.gates[gate][quantity]].flat()[0])}`).join("; ")}.`,
      });
      const gates = Object.keys(LOOK).map((gate) => v.gates[gate]);
      const interval = ([mean, low, high]) => `${number(mean)} (${number(low)} to ${number(high)})`;
      at(
        [`e = ${v.e}`, ...Object.values(LOOK).map(([says]) => says)],
        [
          ["k (95% interval)", ...gates.map((g) => interval(g.k))],
          ["recall", ...gates.map((g) => percent(g.recall))],
          ["choice (chance 50%)", ...gates.map((g) => percent(g.choice))],
          ["effective depth of C, events", ...gates.map((g) => number(g.reach))],
          ["bits that describe a sequence", ...gates.map((g) => number(g.bits))],
        ],
        `Expected at e = ${v.e}: k = ${interval(v.expected)}; the filler's entropy is ${number(v.entropy_bits)} bits.`,
      );
      Object.assign(stage.dataset, { e: v.e, k: gates[0].k[0], expected: v.expected[0], shown: quantity });
    }

    return draw;
  }

  page.pictures(stage, { cost: "data movement", gate: "gate", noise: "noise" }, { cost, gate, noise });
});
