"use strict";

/* The headline run, in a worker: losses, surprises against a threshold to drag, recall of both. */
page.scene("run", (stage, data) => {
  const STAGES = { automatizer: "automatizer A", chunker: "chunker C", baseline: "baseline" };
  const LEAST = 10;
  const MOST = 12000;
  const SHOWN = 30; // symbols of the strip at each end

  /** From less than a chunker's loss to more than a baseline's that knows nothing. */
  function domain(T) {
    return /** @type {[number, number]} */ ([0.0003, 3 * T]);
  }

  const row = controls.row(stage);
  const T = controls.text(row, {
    label: `T, symbols (${LEAST} to ${MOST.toLocaleString("en")})`, value: String(data.T), size: 7, inputmode: "numeric",
    check: (typed) => controls.wrongNumber(typed, LEAST, MOST),
  });
  const seed = controls.text(row, {
    label: "seed", value: String(data.seed), size: 5, inputmode: "numeric",
    check: (typed) => controls.wrongNumber(typed, 0, 999999),
  });
  const noise = controls.slider(row, {
    label: "noise: the filler jumps with probability", min: 0, max: 0.5, step: 0.01, value: 0,
    format: (e) => e.toFixed(2),
  });
  const rate = controls.text(row, {
    label: "learning rate of A", value: String(data.config.auto_lr), size: 6, inputmode: "decimal",
    check: (typed) => controls.wrongNumber(typed, 0.0001, 100, false),
  });
  const runButton = controls.button(row, "Run", begin);
  const stopButton = controls.button(row, "Stop", () => end("Stopped."));
  stopButton.disabled = true;
  const status = controls.status(stage);

  const curves = Object.fromEntries(Object.keys(STAGES).map((name) => [name, /** @type {Array<[number, number]>} */ ([])]));
  const losses = chart.lines(stage, {
    label: "Loss per sequence of automatizer, chunker and baseline against the share of their epochs.",
    x: { label: "share of each net's epochs", domain: [0, 1], format: d3.format(".0%") },
    y: { label: "nats a sequence", log: true, domain: domain(data.T) },
    series: [], height: 230,
  });
  controls.add(stage, "p", { class: "hidden" }, "The strip: the first and last symbols of one sequence; those above the threshold are surprises.");
  const threshold = controls.slider(controls.row(stage), {
    label: "threshold, nats: what costs A more goes up (or drag the line)", min: 0, max: 9, step: 0.01, value: data.python.threshold,
    format: (nats) => nats.toFixed(2), onInput: soonMoved,
  });
  const strip = controls.add(stage, "div", { class: "strip-place" });
  const answers = controls.add(stage, "div", { "aria-live": "polite" });

  let worker = /** @type {Worker | null} */ (null);
  let heard = /** @type {any} */ (null); // the sequence that is shown
  let ended = /** @type {any} */ (null); // what the run ended with

  function begin() {
    if (![T, seed, rate].map((field) => field.valid()).every(Boolean)) return;
    end("");
    for (const curve of Object.values(curves)) curve.length = 0;
    heard = ended = null;
    threshold.element.max = "9";
    losses.update({ series: [], y: { label: "nats a sequence", log: true, domain: domain(Number(T.value)) } });
    strip.replaceChildren();
    answers.replaceChildren();
    const known = Number(seed.value) === data.seed && noise.value === 0;
    worker = page.worker(
      `const rnn = (${rnnModule})(); const headline = (${headlineModule})(rnn);`,
      "(settings, tell) => headline.run(settings, tell)",
    );
    worker.onmessage = ({ data: news }) => told(news, known);
    worker.onerror = (event) => end(`The run broke off: ${event.message}`);
    runButton.disabled = true;
    stopButton.disabled = false;
    stage.dataset.state = "running";
    worker.postMessage({
      T: Number(T.value), noise: noise.value, seed: Number(seed.value), start: known ? data.start : null,
      config: { ...data.config, auto_lr: Number(rate.value) },
    });
  }

  /** @param {string} why */
  function end(why) {
    worker?.terminate();
    worker = null;
    runButton.disabled = false;
    stopButton.disabled = true;
    status.textContent = why;
    stage.dataset.state = "idle";
  }

  let waiting = false;

  /** Draw with the next frame, however many epochs are told before it. */
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const series = Object.entries(STAGES).map(([name, says]) => ({ name: says, colour: name, values: curves[name] }));
      losses.update({ series: series.filter((s) => s.values.length > 0) });
    });
  }

  /** @param {any} news @param {boolean} known */
  function told(news, known) {
    if (news.stage === "failed") {
      end(`${news.why}${news.why.includes("diverged") ? ": choose a lower learning rate" : ""}.`);
    } else if (news.stage === "surprises") {
      heard = news;
      threshold.element.max = String(Math.ceil(Math.max(...news.loss, news.threshold)));
      threshold.set(news.threshold);
    } else if (news.stage === "end") {
      finished(news, known);
    } else {
      curves[news.stage].push([news.epoch / news.epochs, Math.max(news.loss, 1e-12)]);
      status.textContent = `${STAGES[news.stage]} learns: epoch ${news.epoch} of ${news.epochs}, ${chart.short(news.loss)} nats a sequence`;
      soon();
    }
  }

  /** @param {any} news @param {boolean} known */
  function finished(news, known) {
    ended = { ...news, net: rnn.netOf(data.config.chunk_hidden, data.symbols.length, news.C) };
    const from = known ? "from the weights that Python begins with" : "from weights drawn here";
    end(`Done, ${from}. Last chunker loss ${news.chunkerLoss.toFixed(6)} nats a sequence.`);
    stage.dataset.state = "done";
    stage.dataset.chunkerLoss = String(news.chunkerLoss);
    threshold.set(news.threshold);
  }

  let asked = false;

  /** The strip at once, the answers with the next frame. */
  function soonMoved() {
    if (heard) drawStrip();
    if (asked || !ended) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (ended) drawAnswers();
    });
  }

  /** What the chunker answers when what goes up is decided by the reader's threshold. */
  function drawAnswers() {
    const n = data.config.n_eval;
    const events = headline.passUp(ended.heard, ended.tokens, n, threshold.value);
    const asked = headline.asked(ended.net, events, ended.triggers);
    const k = events.reduce((sum, e) => sum + e.symbols.length, 0) / n;
    const percent = d3.format(".0%");
    const rows = [
      ["automatizer + chunker", chart.short(k), percent(asked.recall), percent(asked.choice)],
      ["baseline", chart.short(ended.tokens.length / n - 1), percent(ended.baseline.recall), percent(ended.baseline.choice)],
    ];
    answers.replaceChildren();
    controls.table(answers, ["on fresh sequences", "k, steps to learn over", "recall (of 7 symbols)", "choice (A or B, chance 50%)"], rows);
    stage.dataset.k = String(k);
    stage.dataset.recall = `${asked.recall} ${ended.baseline.recall}`;
  }

  /** Losses of the first and last symbols, the threshold as a line to drag. */
  function drawStrip() {
    const all = heard.tokens.length;
    const both = Math.min(SHOWN, Math.ceil(all / 2));
    const narrow = stage.clientWidth < 600 ? Math.min(both, 14) : both;
    const times = [...d3.range(narrow), ...d3.range(Math.max(narrow, all - narrow), all)];
    const width = Math.max(300, stage.clientWidth);
    const height = 170;
    const most = Number(threshold.element.max);
    const gap = all > times.length ? ["gap", "gap too"] : [];
    const x = d3.scaleBand([...times.slice(0, narrow).map(String), ...gap, ...times.slice(narrow).map(String)], [44, width - 8]).padding(0.25);
    const y = d3.scaleLinear([0, most], [height - 34, 10]);
    const loss = (t) => (t === 0 ? NaN : heard.loss[t - 1]);
    const up = (t) => t === 0 || loss(t) > threshold.value;
    strip.replaceChildren();
    const svg = d3.select(strip).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`)
      .attr("width", "100%");
    const k = [...heard.tokens].filter((_, t) => up(t)).length;
    svg.attr("aria-label", `Of ${all} symbols ${k} go up at a threshold of ${threshold.value.toFixed(2)} nats.`);
    svg.append("g").attr("class", "axis").attr("transform", "translate(40,0)").call(d3.axisLeft(y).ticks(4));
    const cell = svg.append("g").selectAll("g").data(times).join("g").attr("class", (t) => (up(t) ? "up" : "down"));
    cell.append("rect").attr("x", (t) => x(String(t))).attr("width", x.bandwidth())
      .attr("y", (t) => y(Math.min(most, loss(t) || 0))).attr("height", (t) => y(0) - y(Math.min(most, loss(t) || 0)))
      .attr("class", (t) => (up(t) ? "fill-chunker" : "fill-automatizer"));
    cell.append("text").attr("x", (t) => x(String(t)) + x.bandwidth() / 2).attr("y", height - 18)
      .attr("text-anchor", "middle").attr("class", (t) => (up(t) ? "fill-chunker lit" : "")).text((t) => data.symbols[heard.tokens[t]]);
    if (gap.length) svg.append("text").attr("x", x("gap")).attr("y", height - 18).text("…");
    svg.append("text").attr("x", 44).attr("y", height - 2).attr("class", "axis-label").text("t = 0");
    svg.append("text").attr("x", width - 8).attr("y", height - 2).attr("text-anchor", "end").attr("class", "axis-label").text(`t = ${(all - 1).toLocaleString("en")}`);
    const line = svg.append("g").attr("class", "drag").style("cursor", "ns-resize").style("touch-action", "none");
    line.append("line").attr("x1", 40).attr("x2", width - 8).attr("y1", y(threshold.value)).attr("y2", y(threshold.value));
    line.append("rect").attr("x", 40).attr("width", width - 48).attr("y", y(threshold.value) - 10).attr("height", 20).attr("fill", "transparent");
    line.append("text").attr("x", 50).attr("y", y(threshold.value) - 6).text(`threshold ${threshold.value.toFixed(2)} nats, k = ${k}`);
    line.call(d3.drag().on("drag", (event) => {
      // the strip is drawn anew meanwhile: its place stays
      const at = strip.getBoundingClientRect();
      const nats = y.invert(((event.sourceEvent.clientY - at.top) * height) / at.height);
      threshold.set(Math.max(0, Math.min(most, nats)).toFixed(2));
    }));
  }

  chart.whenResized(strip, () => heard && drawStrip());
  status.textContent = `Seed ${data.seed} begins with the weights that Python begins with. Press Run.`;
});
