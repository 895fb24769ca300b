"use strict";

/* One slider over the stops of training: loss, text, gradient by place, and the words' tree. */
page.scene("player", (stage, data) => {
  const WRITTEN = 300; // letters
  const { stops } = data;
  const count = d3.format(",");
  const percent = d3.format(".0%");
  const kinds = /** @type {string[]} */ ([...new Set(Object.values(data.classes))]);
  const LOOKS = looks();
  const nets = stops.map(() => /** @type {Net | null} */ (null));
  let seed = 0; // of the text that is written here; 0: the study's is shown

  const slider = controls.slider(controls.row(stage), {
    label: "updates of the weights", min: 0, max: stops.length - 1, value: stops.length - 1,
    format: (i) => count(stops[i].updates), onInput: moved,
  });
  const status = controls.status(stage);
  const pair = controls.add(stage, "div", { class: "pair" });
  const least = d3.min(data.curve.updates.filter((n) => n > 0)) / 3; // where 0 stands on the axis
  const place = (updates) => Math.max(updates, least);
  const loss = chart.lines(controls.add(pair, "div"), lossSpec());
  const gradient = chart.lines(controls.add(pair, "div"), gradientSpec());
  const row = controls.row(stage);
  const temperature = controls.slider(row, {
    label: "temperature: low is sure, high is bold", min: 0.1, max: 2, step: 0.05, value: data.temperature,
    format: (t) => t.toFixed(2), onInput: () => {
      seed ||= 1;
      written();
    },
  });
  controls.button(row, "Write anew", () => {
    seed += 1;
    written();
  });
  controls.button(row, "The study's text", () => {
    temperature.set(data.temperature);
    seed = 0;
    written();
  });
  const text = controls.add(stage, "p", { class: "mono text" });
  const said = controls.status(stage, "said");
  const cutting = controls.add(stage, "p", { class: "said" });
  const tree = controls.add(stage, "div", { class: "tree" });

  function stop() {
    return stops[slider.value];
  }

  function moved() {
    const s = stop();
    status.textContent = `After ${count(s.updates)} updates: ${s.loss.toFixed(3)} nats a letter, `
      + `${percent(s.words)} of what it writes are words, agreement with word classes ${s.index.mean.toFixed(2)} `
      + `(means of ${data.seeds} seeds; above all ${count(data.n_permutations)} random orders on ${s.above}).`;
    Object.assign(stage.dataset, { updates: s.updates, loss: s.loss, words: s.words, index: s.index.mean });
    loss.update(lossSpec());
    gradient.update(gradientSpec());
    written();
    drawTree();
  }

  function lossSpec() {
    const s = stop();
    const { curve } = data;
    return {
      label: `Loss on held-out text against updates; after ${count(s.updates)} it is ${s.loss.toFixed(2)} nats a letter, the exact predictor's is ${data.exact.toFixed(2)}.`,
      x: { label: "updates (drag to a stop)", log: true, domain: /** @type {[number, number]} */ ([least, 45000]),
        format: (n) => count(Math.round(n <= least ? 0 : n)) },
      y: { label: "nats a letter, held out", domain: /** @type {[number, number]} */ ([0, 3.6]) },
      series: [{
        name: "loss", colour: "automatizer", values: curve.updates.map((n, i) => [place(n), curve.mean[i]]),
        band: curve.updates.map((n, i) => [place(n), ...curve.interval[i]]),
      }],
      rules: [{ y: data.exact }],
      onDrag: (at) => slider.set(d3.leastIndex(stops, (one) => Math.abs(Math.log(place(one.updates) / at)))),
      paint: (plot, x, y, size) => {
        plot.append("text").attr("x", x(least)).attr("y", size.height + 18).attr("text-anchor", "middle").text("0");
        plot.append("g").attr("class", "rule").append("text").attr("x", 4).attr("y", y(data.exact) - 5).text(`exact predictor ${data.exact.toFixed(2)}`);
        for (const one of stops) {
          plot.append("circle").attr("class", one === s ? "now fill-chunker" : "fill-automatizer").attr("r", one === s ? 7 : 3)
            .attr("cx", x(place(one.updates))).attr("cy", y(one.loss));
        }
      },
    };
  }

  function gradientSpec() {
    const s = stop();
    const all = stops.flatMap((one) => [...one.gradients.all, ...one.gradients.last]);
    const n = s.gradients.all.length;
    const [low, high] = d3.extent(all);
    return {
      label: `Norm of the gradient at the ${n} places of a chunk after ${count(s.updates)} updates. Of the last letter's loss: ${chart.short(s.gradients.last[0])} at the first place, ${chart.short(s.gradients.last[n - 1])} at the last.`,
      x: { label: `place in a chunk of ${n} letters`, domain: /** @type {[number, number]} */ ([1, n]) },
      y: { label: "norm of dL/dh", log: true, domain: /** @type {[number, number]} */ ([low / 1.3, high * 1.3]) },
      series: [
        { name: "loss of all letters", colour: "automatizer", values: s.gradients.all.map((v, i) => [i + 1, v]) },
        { name: "of the last letter alone", colour: "chunker", dash: "5 3", values: s.gradients.last.map((v, i) => [i + 1, v]) },
      ],
    };
  }

  /** The text of this stop, the study's or one written here; what is no word is underlined. */
  function written() {
    const s = stop();
    let shown = s.text;
    if (seed) {
      nets[slider.value] ??= lettersNet(s.weights);
      shown = letters.write(/** @type {Net} */ (nets[slider.value]), temperature.value, headline.generator(seed, 0), WRITTEN);
    }
    const words = shown.split(" ");
    const whole = words.slice(0, -1); // the last may be cut
    const known = whole.filter((word) => word in data.classes).length;
    text.replaceChildren();
    words.forEach((word, i) => {
      const no = i < whole.length && word !== "" && !(word in data.classes);
      if (no) controls.add(text, "span", { class: "no" }, word);
      else text.append(word);
      text.append(" ");
    });
    const share = whole.length ? known / whole.length : 0;
    stage.dataset.text = shown;
    stage.dataset.share = String(share);
    said.textContent = `${seed ? "Written here" : `As in the study (seed ${data.seed})`} at temperature ${(seed ? temperature.value : data.temperature).toFixed(2)}: `
      + `${percent(share)} of ${whole.length} are words of the grammar, the others are underlined.`;
  }

  /** A colour and a shape for each class: nouns, verbs and the rest share a colour. */
  function looks() {
    const colours = { human: "chunker", animal: "chunker", food: "chunker", thing: "chunker", rests: "baseline", acts: "baseline", perceives: "baseline" };
    const shapes = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolCross, d3.symbolStar];
    return Object.fromEntries(kinds.map((kind, i) => [kind, { colour: colours[kind] ?? "other", shape: shapes[i] }]));
  }

  /** The mergers as nodes, leaves first; the branch with the earlier words of the lexicon on top. */
  function nodesOf({ words, linkage }) {
    const nodes = words.map((word, i) => ({ word, height: 0, at: i, size: 1, children: [], y: 0, x: 0 }));
    for (const [a, b, height] of linkage) {
      const children = [nodes[a], nodes[b]].sort((one, other) => one.at - other.at);
      const size = children[0].size + children[1].size;
      nodes.push({ word: "", height, children, size, y: 0, x: 0, at: (children[0].at * children[0].size + children[1].at * children[1].size) / size });
    }
    return nodes;
  }

  function drawTree() {
    const s = stop();
    const nodes = nodesOf(s.tree);
    const width = Math.max(280, tree.clientWidth);
    const ROW = 15;
    const TOP = 4;
    const right = width - 150;
    const height = TOP + ROW * s.tree.words.length + 40;
    const root = nodes[nodes.length - 1];
    const x = d3.scaleLinear([0, root.height], [right, 10]);
    let row = 0;
    (function placed(node) {
      for (const child of node.children) placed(child);
      node.y = node.children.length ? (node.children[0].y + node.children[1].y) / 2 : TOP + ROW * (row++ + 0.5);
      node.x = x(node.height);
    })(root);
    const heights = nodes.map((node) => node.height).sort(d3.descending);
    const cut = (heights[kinds.length - 2] + heights[kinds.length - 1]) / 2;
    tree.replaceChildren();
    const index = s.tree.index.toFixed(2);
    const svg = d3.select(tree).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`).attr("width", "100%")
      .attr("aria-label", `Tree of ${s.tree.words.length} words by the net's states after ${count(s.updates)} updates. Cut into ${kinds.length} branches it agrees with the classes at an adjusted Rand index of ${index}.`);
    cutting.textContent = `Words by the net's states (seed ${data.seed}). Cut into ${kinds.length} at the dashed line, the tree agrees with the classes at ${index}; with their random orders at most at ${s.tree.by_chance.toFixed(2)}.`;
    for (const node of nodes.filter((one) => one.children.length)) {
      const [a, b] = node.children;
      svg.append("path").attr("class", `branch${node.height > cut ? " above" : ""}`).attr("d", `M${a.x},${a.y}H${node.x}V${b.y}H${b.x}`);
    }
    const line = svg.append("g").attr("class", "rule");
    line.append("line").attr("x1", x(cut)).attr("x2", x(cut)).attr("y1", TOP).attr("y2", height - 38);
    for (const node of nodes.filter((one) => one.word)) {
      const kind = data.classes[node.word];
      const look = LOOKS[kind];
      const g = svg.append("g").attr("class", "leaf").attr("transform", `translate(${right + 9},${node.y})`);
      g.append("path").attr("class", `fill-${look.colour}`).attr("d", d3.symbol(look.shape, 48)());
      const name = g.append("text").attr("x", 9).attr("y", 4);
      name.append("tspan").attr("class", `word fill-${look.colour}`).text(node.word);
      name.append("tspan").attr("class", "kind").text(` ${kind}`);
    }
    svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - 36})`).call(d3.axisBottom(x).ticks(4));
    svg.append("text").attr("class", "axis-label").attr("x", right).attr("y", height - 3).attr("text-anchor", "end").text("distance of states");
    stage.dataset.order = nodes.filter((one) => one.word).sort((a, b) => a.y - b.y).map((one) => one.word).join(" ");
    stage.dataset.cut = String(cut);
  }

  chart.whenResized(tree, drawTree);
  moved();
});
