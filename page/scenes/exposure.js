"use strict";

/* Teacher-forced against free-running: errors by position; own letters in training. */
page.scene("exposure", (stage, data) => {
  const percent = d3.format(".0%");
  const exactly = d3.format(".1%");
  const words = new Set(data.words);
  const qs = data.shares.map((s) => s.q);
  const temperatures = Object.keys(data.shares[0].samples);
  const band = (of) => of.interval.map(([low, high], i) => [i + 1, low, high]);
  const line = (of) => of.mean.map((v, i) => [i + 1, v]);

  const row = controls.row(stage);
  const how = controls.choice(row, {
    label: "the letter that it reads next is", onChange: drawErrors,
    options: { drawn: "drawn at T = 1", greedy: "the most probable" },
  });
  const measure = controls.choice(row, {
    label: "an error is", onChange: drawErrors,
    options: { differs: "a letter unlike the true text's", outside: "a text that has left the grammar" },
  });
  const errors = chart.lines(stage, {
    label: "", x: { label: "letters written since the true text was taken away", domain: [1, data.free.net.drawn.differs.mean.length], format: d3.format("d") },
    y: { label: "share of texts", format: percent, domain: [0, 1] }, series: [], height: 250,
  });
  const summary = controls.add(stage, "div");

  controls.add(stage, "h4", {}, "Scheduled sampling: own letters in training");
  const second = controls.row(stage);
  const share = controls.slider(second, {
    label: "q: share of own letters at the end of training", min: 0, max: qs.length - 1, value: 0,
    format: (i) => (qs[i] ? `q = ${qs[i]}` : "q = 0: true letters only"), onInput: drawShares,
  });
  const temperature = controls.choice(second, {
    label: "it writes at temperature T =", options: temperatures, value: "1", onChange: drawShares,
  });
  const legal = chart.lines(stage, {
    label: "", x: { label: "q", domain: [0, 1], format: d3.format("~f") },
    y: { label: "words in legal sentences", domain: [0, 1.04], format: percent }, series: [], height: 230,
    onDrag: (at) => share.set(d3.leastIndex(qs, (q) => Math.abs(q - at))),
  });
  const answers = controls.add(stage, "div");
  const sample = controls.add(stage, "p", { class: "sample mono" });

  function drawErrors() {
    const m = measure.value;
    const { net, exact } = data.free;
    const at = (who) => who[how.value][m];
    const series = /** @type {Series[]} */ ([
      { name: "net, own letters", colour: "chunker", values: line(at(net)), band: band(at(net)) },
      { name: "exact predictor, own letters", colour: "ink", dash: "6 3", values: line(at(exact)) },
    ]);
    if (m === "differs") {
      series.push({ name: "net, true letters given", colour: "automatizer", dash: "2 3", values: line(data.teacher.net.differs) });
    }
    const differs = m === "differs";
    errors.update({
      series,
      y: { label: differs ? "letters that differ" : "texts out of the grammar", format: percent, domain: differs ? [0, 1] : undefined },
      rules: differs ? [{ y: data.chance, label: "" }] : [],
      paint: (plot, _, y, size) => {
        if (!differs) return;
        plot.append("text").attr("class", "ruled").attr("text-anchor", "end").attr("x", size.width - 4)
          .attr("y", y(data.chance) + 20).text(`another place of the text ${percent(data.chance)}`);
      },
      label: `${differs ? "Share of letters that differ from the true text" : "Share of texts that have left the grammar"} after 1 to ${at(net).mean.length} own letters: net ${percent(at(net).mean[0])} to ${percent(at(net).mean.at(-1))}, exact predictor ${percent(at(exact).mean[0])} to ${percent(at(exact).mean.at(-1))}.`,
    });
    summary.replaceChildren();
    const rows = [["net", net, data.teacher.net], ["exact predictor", exact, data.teacher.exact]].map(([name, free, taught]) => [
      name, exactly(taught.accuracy), exactly(free[how.value].error), exactly(free[how.value].outside.mean.at(-1)),
    ]);
    const n = at(net).mean.length;
    controls.table(summary, ["predictor", "true letters given: right", `own letters: ${n} that differ`, `own letters: left the grammar within ${n}`], rows);
    stage.dataset.curve = JSON.stringify(at(net).mean);
    stage.dataset.exact = JSON.stringify(at(exact).mean);
  }

  function drawShares() {
    const T = temperature.value;
    const chosen = data.shares[share.value];
    const at = (s) => s.samples[T].in_sentences;
    const here = at(chosen);
    legal.update({
      series: [{
        name: "net", colour: "chunker", values: data.shares.map((s) => [s.q, at(s).mean]),
        band: data.shares.map((s) => [s.q, ...at(s).interval]),
      }],
      rules: [
        { y: data.exact[T], label: "" },
        { y: data.untrained[T], label: "" },
      ],
      paint: (plot, x, y, size) => {
        plot.append("g").selectAll("circle").data(data.shares).join("circle").attr("class", "fill-chunker").attr("r", 3.5)
          .attr("cx", (s) => x(s.q)).attr("cy", (s) => y(at(s).mean));
        plot.append("circle").attr("class", "fill-chunker chosen").attr("r", 7).attr("cx", x(chosen.q)).attr("cy", y(here.mean));
        for (const [value, name] of [[data.exact[T], "exact predictor"], [data.untrained[T], "untrained"]]) {
          const high = value > 0.5;
          plot.append("text").attr("class", "ruled").attr("text-anchor", "end").attr("x", size.width - 4)
            .attr("y", y(value) + (high ? 14 : -5)).text(`${name} ${exactly(value)}`);
        }
      },
      label: `Words in legal sentences at T = ${T}: ${data.shares.map((s) => `q = ${s.q} ${exactly(at(s).mean)}`).join(", ")}; exact predictor ${exactly(data.exact[T])}, untrained ${exactly(data.untrained[T])}.`,
    });
    const between = ([low, high], format) => ` (${format(low)} to ${format(high)})`;
    const three = (v) => v.toFixed(3);
    const one = (v) => v.toFixed(1);
    const name = chosen.q ? `q = ${chosen.q}` : "true letters only";
    const of = (s) => [
      exactly(at(s).mean) + between(at(s).interval, exactly), three(s.loss.mean) + between(s.loss.interval, three),
      `${one(s.cost.mean)}${between(s.cost.interval, one)} over ${one(s.back)} letters`,
    ];
    answers.replaceChildren();
    const rows = [["true letters only", ...of(data.shares[0])]];
    if (chosen.q) rows.push([name, ...of(chosen)]);
    rows.push(["(exact predictor)", exactly(data.exact[T]), "–", `${one(data.tolerant.cost)} over ${one(data.tolerant.back)} letters`]);
    controls.table(answers, ["learned from", `words in legal sentences, T = ${T}`, "held-out loss, nats a letter", "extra nats after a wrong letter"], rows);
    sample.replaceChildren(`It writes, ${name}, T = ${T} (underlined: not a word of the grammar): `);
    for (const word of chosen.samples[T].text.split(" ").filter(Boolean)) {
      controls.add(sample, "span", words.has(word) ? {} : { class: "no-word" }, word);
      sample.append(" ");
    }
    stage.dataset.legal = String(here.mean);
    stage.dataset.loss = String(chosen.loss.mean);
    stage.dataset.cost = String(chosen.cost.mean);
  }

  drawErrors();
  drawShares();
});
