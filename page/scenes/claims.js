"use strict";

/* The statements of the document: filtered by verdict, study and words; each opens to its why. */
page.scene("claims", (stage, data) => {
  const LOOKS = [
    { sign: "✓", colour: "automatizer" }, { sign: "◐", colour: "baseline" },
    { sign: "✗", colour: "chunker" }, { sign: "?", colour: "faint" },
  ]; // of the verdicts, in their order
  const ALL = "all";
  const NONE = "-"; // the study of what was not run
  const rows = data.claims.map(([verdict, claim, measured, why, study]) => ({
    verdict, claim, measured, why, studies: study.split(", "),
    words: [claim, measured, why].join(" ").toLowerCase(), element: /** @type {any} */ (null),
  }));
  const named = [...new Set(rows.flatMap((row) => row.studies))].filter((name) => name !== NONE);

  const bar = controls.row(stage);
  const verdict = controls.choice(bar, {
    label: "verdict", onChange: show,
    options: { [ALL]: "all verdicts", ...Object.fromEntries(data.verdicts.map((name, k) => [`v${k}`, name])) },
  });
  const study = controls.choice(bar, {
    label: "study", onChange: show,
    options: { [ALL]: "all studies", ...Object.fromEntries(named.map((name) => [name, name])), [NONE]: "none: not run" },
  });
  const search = controls.text(bar, {
    label: "words to find", size: 20,
    check: (typed) => rows.some((row) => has(row, typed)) ? "" : "No statement has these words: take some out.",
  });
  search.element.addEventListener("input", show);
  const open = controls.toggle(bar, {
    label: "open all", onChange: (on) => {
      for (const row of rows) row.element.firstChild.open = on;
      show();
    },
  });
  const status = controls.status(stage);
  const place = controls.add(stage, "div");
  const svg = d3.select(place).append("svg").attr("role", "img");
  const list = controls.add(stage, "ul", { class: "statements" });
  for (const row of rows) row.element = statement(row);

  /** @param {{words: string}} row @param {string} typed */
  function has(row, typed) {
    return typed.toLowerCase().split(/\s+/).every((word) => row.words.includes(word));
  }

  /** A statement that opens. */
  function statement(row) {
    const { sign, colour } = LOOKS[row.verdict];
    const item = controls.add(list, "li");
    const details = controls.add(item, "details");
    const head = controls.add(details, "summary");
    const mark = controls.add(head, "span", { class: `verdict c-${colour}` });
    controls.add(mark, "span", { class: "sign", "aria-hidden": "true" }, sign);
    mark.append(` ${data.verdicts[row.verdict]}`);
    head.append(" ");
    said(controls.add(head, "span", { class: "claim" }), row.claim);
    const more = controls.add(details, "dl");
    const parts = [["Measured", row.measured], ["Why", row.why], [row.studies.length > 1 ? "Studies" : "Study", row.studies.join(", ").replace(NONE, "none")]];
    for (const [name, text] of parts) {
      controls.add(more, "dt", {}, name);
      said(controls.add(more, "dd"), text);
    }
    return item;
  }

  /** Text, what stands between backticks as code. @param {Element} parent @param {string} text */
  function said(parent, text) {
    text.split("`").forEach((part, i) => {
      if (i % 2) controls.add(parent, "code", {}, part);
      else parent.append(part);
    });
  }

  function show() {
    const shown = rows.filter((row) => (verdict.value === ALL || verdict.value === `v${row.verdict}`)
      && (study.value === ALL || row.studies.includes(study.value)) && has(row, search.value));
    for (const row of rows) row.element.hidden = true;
    for (const row of shown) row.element.hidden = false;
    list.scrollTop = 0;
    const counts = data.verdicts.map((_, k) => d3.sum(shown, (row) => Number(row.verdict === k)));
    const fits = shown.length ? "" : " None fits all filters: widen one.";
    status.textContent = `${shown.length} of ${rows.length} statements.${fits}`;
    stage.dataset.counts = counts.join(" ");
    stage.dataset.open = String(open.checked);
    draw(counts);
  }

  /** How many of each verdict: shown, and in all. @param {number[]} counts */
  function draw(counts) {
    const ROW = 24;
    const LEFT = 150;
    const width = Math.min(640, Math.max(280, stage.clientWidth));
    const totals = data.verdicts.map((_, k) => d3.sum(rows, (row) => Number(row.verdict === k)));
    const x = d3.scaleLinear([0, Math.max(1, ...totals)], [0, width - LEFT - 70]);
    svg.attr("viewBox", `0 0 ${width} ${ROW * 4 + 4}`).attr("width", width).attr("height", ROW * 4 + 4);
    svg.attr("aria-label", `Statements shown, of all with that verdict: ${data.verdicts.map((name, k) => `${name} ${counts[k]} of ${totals[k]}`).join(", ")}.`);
    svg.selectAll("*").remove();
    data.verdicts.forEach((name, k) => {
      const g = svg.append("g").attr("transform", `translate(0,${k * ROW + 2})`);
      const { sign, colour } = LOOKS[k];
      g.append("text").attr("class", `sign fill-${colour}`).attr("x", 2).attr("y", 16).text(sign);
      g.append("text").attr("x", 24).attr("y", 16).text(name);
      g.append("rect").attr("class", "total").attr("x", LEFT).attr("y", 3).attr("height", ROW - 7).attr("width", x(totals[k]));
      g.append("rect").attr("class", `fill-${colour}`).attr("x", LEFT).attr("y", 3).attr("height", ROW - 7).attr("width", x(counts[k]));
      g.append("text").attr("class", "count").attr("x", LEFT + x(totals[k]) + 6).attr("y", 16).text(`${counts[k]} of ${totals[k]}`);
    });
  }

  chart.whenResized(place, show);
  show();
});
