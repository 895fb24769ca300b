"use strict";

/* Accuracy of the letter seen d steps ago, read from the state; where it falls below 80%, by size. */
page.scene("forgetting", (stage, data) => {
  const LOOK = {
    predicts: { colour: "chunker", dash: undefined },
    untrained: { colour: "ink", dash: "2 4" },
    remembers: { colour: "automatizer", dash: "9 4" },
  };
  const kinds = Object.keys(LOOK);
  const LEAST = 0.5; // where a horizon of 0 stands on the logarithmic axis
  const REACHES = [40, 100, 200]; // the ends that the axis of d may have
  const percent = d3.format(".0%");
  const units = (i) => data.sizes[i].toLocaleString("en");

  const row = controls.row(stage);
  const size = controls.slider(row, {
    label: "units", min: 0, max: data.sizes.length - 1, value: Math.max(0, data.sizes.indexOf(data.our)),
    format: (i) => `${units(i)} (${data.seeds[data.sizes[i]]} seeds)`, onInput: redraw,
  });
  const what = controls.choice(row, {
    label: "what it reads", options: { text: "text (letters can be guessed)", "random letters": "random letters (they can't)" },
    value: "text", onChange: redraw,
  });
  const ago = controls.slider(row, {
    label: "d, letters ago (or drag in the picture)", min: 0, max: data.lags.length - 1, value: Math.max(0, data.lags.indexOf(data.document.below)),
    format: (i) => String(data.lags[i]), onInput: redraw,
  });
  const lines = chart.lines(stage, {
    label: "", height: 320, series: [],
    x: { label: "letters ago, d" }, y: { label: "read-out right", domain: [0, 1.02], format: percent },
    onDrag: (to) => ago.set(d3.leastIndex(data.lags, (d) => Math.abs(d - to))),
  });
  const told = controls.add(stage, "div", { "aria-live": "polite" });
  controls.add(stage, "h4", {}, `Where the read-out falls below ${percent(data.enough)}, by size`);
  const horizons = chart.lines(stage, {
    label: "", height: 280, series: [],
    x: {
      label: "units", domain: [Math.log2(data.sizes[0]) - 0.2, Math.log2(data.sizes.at(-1)) + 0.2],
      format: (v) => (Number.isInteger(v) ? (2 ** v).toLocaleString("en") : ""),
    },
    y: { label: "below 80% at d", log: true, domain: [LEAST, 300], format: (d) => (d <= LEAST ? "0" : d3.format(",.3~r")(d)) },
    onDrag: (to) => size.set(d3.leastIndex(data.sizes, (n) => Math.abs(Math.log2(n) - to))),
  });

  /** @param {string} kind @param {number} i which size */
  function of(kind, i) {
    return data.nets[what.value][kind][data.sizes[i]];
  }

  /** Values and band of a curve, which is in thousandths. @param {[number[], number[]]} curve */
  function drawn([mean, half]) {
    return {
      values: mean.map((v, k) => [data.lags[k], v / 1000]),
      band: mean.map((v, k) => [data.lags[k], Math.max(0, v - half[k]) / 1000, Math.min(1000, v + half[k]) / 1000]),
    };
  }

  function redraw() {
    const i = size.value;
    const k = ago.value;
    const d = data.lags[k];
    const text = what.value === "text";
    const chance = text ? data.chance : data.lags.map(() => 1 / 27);
    const nets = kinds.map((kind) => of(kind, i));
    const longest = Math.max(d, ...nets.map((net) => net.near[0]));
    const end = Math.min(REACHES.find((reach) => reach >= longest) ?? data.lags.at(-1), data.lags.at(-1));
    const series = kinds.map((kind, at) => ({ name: data.kinds[kind], ...LOOK[kind], ...drawn(nets[at].curve) }));
    const table = `table of the last ${data.order} letters, no state`;
    if (text) series.push({ name: table, colour: "baseline", dash: "5 3", ...drawn(data.table.curve) });
    series.push({ name: "chance", colour: "faint", dash: "1 3", values: chance.map((v, at) => [data.lags[at], v]) });
    const said = kinds.map((kind, at) => `${data.kinds[kind]} ${percent(nets[at].curve[0][k] / 1000)}`).join(", ");
    lines.update({
      series, x: { label: "letters ago, d", domain: [0, end] }, rules: [{ y: data.enough, label: percent(data.enough) }],
      label: `${units(i)} units, ${what.value}: share of right read-outs against d up to ${end}. At d = ${d}: ${said}, chance ${percent(chance[k])}.`,
      paint: (plot, x, y, box) => {
        plot.append("g").attr("class", "drag").append("line").attr("x1", x(d)).attr("x2", x(d)).attr("y2", box.height);
        if (!text || data.sizes[i] !== data.our) return;
        const marks = [[data.document.below, data.enough], [data.document.near, chance[0]]];
        for (const [at, share] of marks) {
          plot.append("path").attr("class", "document").attr("d", `M${x(at) - 5},${y(share) - 5}l10,10m0,-10l-10,10`);
          plot.append("text").attr("class", "small").attr("x", x(at) + 9).attr("y", y(share) - 7).text(`document: ${at}`);
        }
      },
    });
    const rows = kinds.map((kind, at) => [data.kinds[kind], percent(nets[at].curve[0][k] / 1000), nets[at].said.below, nets[at].said.near]);
    if (data.sizes[i] === data.our) {
      const recipe = data.recipe[what.value];
      rows.push(["the letters net of the other scenes", percent(recipe.curve[0][k] / 1000), recipe.said.below, recipe.said.near]);
    }
    if (text) rows.push([table, percent(data.table.curve[0][k] / 1000), data.table.said.below, data.table.said.near]);
    told.replaceChildren();
    controls.table(told, [`${units(i)} units`, `d = ${d} (chance ${percent(chance[k])})`, `below ${percent(data.enough)} at`, "near chance from"], rows);
    drawHorizons(i, text);
    Object.assign(stage.dataset, {
      units: String(data.sizes[i]), d: String(d), end: String(end), accuracy: JSON.stringify(nets.map((net) => net.curve[0][k] / 1000)),
      below: JSON.stringify(nets.map((net) => net.below[0])),
    });
  }

  /** @param {number} i @param {boolean} text */
  function drawHorizons(i, text) {
    const at = (v) => Math.max(v, LEAST);
    const series = kinds.map((kind) => {
      const all = data.sizes.map((n, k) => [Math.log2(n), of(kind, k).below]);
      return {
        name: data.kinds[kind], ...LOOK[kind], values: all.map(([n, b]) => [n, at(b[0])]),
        band: all.map(([n, b]) => [n, at(b[1]), at(b[2])]),
      };
    });
    if (text) series.push({ name: `document: ${data.times.join(" to ")}`, colour: "faint", dash: "5 3", values: [[6, data.times[0]], [10, data.times[1]]] });
    horizons.update({
      series,
      label: `Where the read-out falls below 80% on ${what.value} against the units, both axes logarithmic. With ${units(i)}: ${kinds.map((kind) => `${data.kinds[kind]} ${of(kind, i).said.below}`).join(", ")}.`,
      paint: (plot, x, y, box) => {
        const here = x(Math.log2(data.sizes[i]));
        plot.append("g").attr("class", "drag").append("line").attr("x1", here).attr("x2", here).attr("y2", box.height);
        for (const kind of kinds) {
          plot.append("circle").attr("class", `fill-${LOOK[kind].colour}`).attr("r", 5).attr("cx", here).attr("cy", y(at(of(kind, i).below[0])));
        }
      },
    });
  }

  redraw();
});
