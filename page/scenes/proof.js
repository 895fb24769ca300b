"use strict";

/* Systems by tasks: on how many seeds each solves each, and what that proves. */
page.scene("proof", (stage, data) => {
  const first = new Set(["table", "net", "counting"]);
  const on = Object.fromEntries(Object.keys(data.groups).map((group) => [group, first.has(group)]));
  const bar = { width: 76, height: 10 };
  let all = false;
  let at = /** @type {[number, number]} */ ([0, 0]); // row and column of the cell that is explained

  const fields = controls.add(stage, "fieldset", { class: "controls" });
  controls.add(fields, "legend", {}, "Beside A + C, show:");
  for (const [group, label] of Object.entries(data.groups)) {
    controls.toggle(fields, { label, checked: on[group], onChange: (is) => changed(() => { on[group] = is; }) });
  }
  controls.toggle(fields, {
    label: `all ${data.tasks.length} tasks`, onChange: (is) => changed(() => { all = is; }),
  });
  const summary = controls.status(stage, "summary");
  const place = controls.add(stage, "div");
  controls.add(stage, "p", { class: "note" },
    "k/n: seeds solved. Bar: their share, with its 95% interval. ×: multiply-adds until then, the cheapest system that ",
    `solves ${d3.format(".0%")(data.most)} of the seeds being 1. Arrow keys move through the cells.`);
  const says = controls.status(stage, "says");

  /** The same cell stays explained where it is still shown. @param {() => void} change */
  function changed(change) {
    const [row, column] = at;
    const [name, task] = [rows()[row].name, tasks()[column]];
    change();
    at = [Math.max(0, rows().findIndex((r) => r.name === name)), Math.max(0, tasks().indexOf(task))];
    draw();
  }

  function rows() {
    return data.rows.filter((row) => !row.group || on[row.group]);
  }

  function tasks() {
    return all ? data.tasks : Object.keys(data.shown);
  }

  function draw() {
    place.replaceChildren();
    const table = controls.table(
      place,
      ["system", ...tasks().map((task) => (all ? task : data.shown[task]))],
      rows().map((row) => [row.name, ...tasks().map((task) => cellOf(row.cells[task], row.kind))]),
    );
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", "Systems by tasks: seeds solved");
    table.parentElement?.removeAttribute("tabindex"); // it scrolls to the cell in focus
    each(table, (cell, i, j) => {
      cell.setAttribute("role", "gridcell");
      cell.addEventListener("focus", () => explain(table, i, j));
      cell.addEventListener("pointerenter", () => explain(table, i, j));
      cell.addEventListener("keydown", (event) => key(table, event));
    });
    explain(table, at[0], at[1]);
    summarise();
  }

  /** @param {Element} table @param {(cell: HTMLElement, row: number, column: number) => void} act */
  function each(table, act) {
    for (const [i, line] of [...table.querySelectorAll("tbody tr")].entries()) {
      for (const [j, cell] of [...line.querySelectorAll("td")].entries()) act(cell, i, j);
    }
  }

  /** What stands in a cell. @param {any} cell @param {string} kind */
  function cellOf(cell, kind) {
    const holder = document.createElement("span");
    if (!cell) {
      holder.append("-");
      return holder;
    }
    const counted = cell.k === null ? `choice ${d3.format(".0%")(cell.choice)}` : `${cell.k}/${cell.n}`;
    controls.add(holder, "span", { class: cell.solves ? "count solved" : "count" }, counted);
    controls.add(holder, "span", { class: "cost" }, cell.cost ? ` ${cell.cost}×` : "");
    if (cell.k === null) return holder;
    const [low, high] = cell.interval;
    const x = d3.scaleLinear([0, 1], [1, bar.width - 1]);
    const percent = d3.format(".0%");
    const svg = d3.select(holder).append("svg").attr("role", "img").attr("width", bar.width).attr("height", bar.height)
      .attr("aria-label", `95% interval ${percent(low)} to ${percent(high)}`);
    svg.append("rect").attr("class", "back").attr("width", bar.width).attr("height", bar.height);
    svg.append("rect").attr("class", kind === "ours" ? "fill-chunker" : "fill-baseline").attr("x", x(0)).attr("y", 1)
      .attr("width", x(cell.k / cell.n) - x(0)).attr("height", bar.height - 2);
    svg.append("path").attr("class", "whisker")
      .attr("d", `M${x(low)},2v${bar.height - 4}M${x(high)},2v${bar.height - 4}M${x(low)},${bar.height / 2}H${x(high)}`);
    return holder;
  }

  /** @param {Element} table @param {number} row @param {number} column */
  function explain(table, row, column) {
    at = [row, column];
    each(table, (cell, i, j) => {
      const here = i === row && j === column;
      cell.tabIndex = here ? 0 : -1;
      cell.classList.toggle("at", here);
    });
    const of = rows()[row];
    const task = tasks()[column];
    const sentence = of.cells[task]?.says ?? "Not run.";
    says.textContent = `${of.name}, ${task}: ${sentence}`;
    stage.dataset.cell = `${of.name} | ${task}`;
  }

  /** @param {Element} table @param {KeyboardEvent} event */
  function key(table, event) {
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      Home: [0, -tasks().length], End: [0, tasks().length],
    });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (value, n) => Math.max(0, Math.min(n - 1, value));
    const to = [within(at[0] + step[0], rows().length), within(at[1] + step[1], tasks().length)];
    each(table, (cell, i, j) => {
      if (i === to[0] && j === to[1]) cell.focus();
    });
  }

  /** How many of the rows beside A + C solve each task. */
  function summarise() {
    const others = rows().filter((row) => row.kind !== "ours");
    const counts = tasks().map((task) => {
      const run = others.filter((row) => row.cells[task]);
      return [task, run.filter((row) => row.cells[task].solves).length, run.length];
    });
    const most = d3.format(".0%")(data.most);
    summary.textContent = others.length
      ? `Other rows that solve it on ${most} of the seeds or more: ${counts.map(([task, k, n]) => `${task} ${k} of ${n}`).join(", ")}.`
      : "Switch something on to compare A + C with.";
    stage.dataset.solving = counts.map(([, k, n]) => `${k}/${n}`).join(" ");
  }

  draw();
});
