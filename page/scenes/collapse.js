"use strict";

/* The collapsed net, run live: two orbits under the filler, a trigger to inject, kicks of noise. */
page.scene("collapse", (stage, data) => {
  const TURN = data.symbols.length - 2;
  const TURNS = 20; // after which an orbit may close
  const SAME = 1e-8;
  const DISTINCT = 1e-4;
  const SETTLE = 8 * TURN; // steps that follow a kick
  const TRIED = 100; // kicks of one length
  const HELD = 120; // steps that the pictures go back
  const H = data.hidden;
  const net = rnn.netOf(H, data.symbols.length, data.flat);
  const nats = (m) => `${m < 0 ? "−" : "+"}${Math.abs(m).toFixed(2)} nats`;

  /* The state: h, steps since the trigger, steps since the beginning. */
  const now = { h: new Float64Array(H), t: -1, step: 0, trigger: 0 };
  let past = /** @type {Array<{step: number, x: number, y: number, margin: number}>} */ ([]);
  let marks = /** @type {Array<{x: number, label: string}>} */ ([]);
  let kicks = 0;
  let timer = 0;

  /** The filler at step t >= 1. @param {number} t */
  function filler(t) {
    return 2 + ((t - 1) % TURN);
  }

  /** Margin of A over B in the net's prediction, nats. @param {Float64Array} h */
  function margin(h, from = 0) {
    const y = new Float64Array(net.symbols);
    rnn.readOut(net, h, from, y, 0);
    return y[0] - y[1];
  }

  /** Place of a state in the plane. @param {Float64Array} h */
  function projected(h, from = 0) {
    return data.axes.map((axis) => axis.reduce((sum, a, j) => sum + a * (h[from + j] - data.centre[j]), 0));
  }

  /** States after each of some symbols, from h: (n, H). @param {ArrayLike<number>} tokens @param {Float64Array} h */
  function along(tokens, h) {
    const u = rnn.unroll(net, tokens.length, 1);
    u.tokens.set(tokens);
    u.hidden.set(h);
    rnn.forwardHidden(net, u);
    return u.hidden.subarray(H);
  }

  const furthest = (a, i, b, j) => {
    let most = 0;
    for (let k = 0; k < H; k++) most = Math.max(most, Math.abs(a[i + k] - b[j + k]));
    return most;
  };

  /** The orbit after a trigger: (period, H), which begins after the first symbol of a turn. */
  function orbitAfter(trigger) {
    const n = 4 * TURN * TURNS;
    const states = along([trigger, ...d3.range(1, n + 1).map(filler)], new Float64Array(H));
    for (let period = TURN; period <= TURN * TURNS; period += TURN) {
      if (furthest(states, n * H, states, (n - period) * H) < SAME) return states.slice((n + 1 - period) * H);
    }
    return states.slice((n + 1 - TURN) * H);
  }

  const orbits = [orbitAfter(0), orbitAfter(1)];
  const gap = Math.hypot(...d3.range(H).map((j) => orbits[0][orbits[0].length - H + j] - orbits[1][orbits[1].length - H + j]));

  /** Which orbit a state after filler t is on: 0, 1, or -1. @param {Float64Array} h @param {number} t */
  function onOrbit(h, t, from = 0) {
    if (t < 1) return -1;
    const near = orbits.map((orbit) => {
      let least = Infinity;
      for (let i = (t - 1) % TURN; i < orbit.length / H; i += TURN) least = Math.min(least, furthest(h, from, orbit, i * H));
      return least;
    });
    const best = near[0] <= near[1] ? 0 : 1;
    return near[best] < DISTINCT ? best : -1;
  }

  /* ---- controls ---- */
  const first = controls.row(stage);
  const trigger = controls.choice(first, { label: "trigger", options: { 0: "A", 1: "B" }, value: "0" });
  controls.button(first, "Begin with it", begin);
  controls.button(first, "Inject it now", () => inject(Number(trigger.value)));
  for (const n of [5, 100, data.T]) controls.button(first, `${n.toLocaleString("en")} steps`, () => go(n));
  const play = page.moves() ? controls.button(first, "Play", toggle) : null;
  const status = controls.status(stage);

  const pair = controls.add(stage, "div", { class: "pair" });
  const plane = controls.add(pair, "figure", { class: "chart plane" });
  const answers = chart.lines(pair, {
    label: "", height: 300, series: [], legend: false,
    x: { label: "steps since the beginning", format: d3.format(",.0f") }, y: { label: "margin of A over B, nats" },
  });

  const second = controls.row(stage);
  const size = controls.slider(second, {
    label: "kick, in distances between the orbits", min: 0.05, max: 3, step: 0.05, value: 1,
    format: (r) => r.toFixed(2), onInput: tried,
  });
  controls.button(second, `Kick, then ${SETTLE} steps`, kick);
  const said = controls.status(stage);
  const broken = chart.lines(stage, {
    label: "", height: 240, series: [],
    x: { label: "length of the kick, in distances between the orbits", domain: [0, 3] },
    y: { label: "share of random kicks", domain: [0, 1], format: d3.format(".0%") },
    onDrag: (at) => size.set(Math.max(0.05, Math.min(3, Math.round(at * 20) / 20))),
  });

  /* ---- the net goes on ---- */
  function begin() {
    now.h.fill(0);
    now.step = 0;
    past = [];
    marks = [];
    inject(Number(trigger.value));
  }

  /** @param {number} which */
  function inject(which) {
    now.t = -1;
    now.trigger = which;
    advance(1);
    marks.push({ x: now.step, label: data.symbols[which] });
    draw();
  }

  /** @param {number} n */
  function go(n) {
    advance(n);
    draw();
  }

  /** Read the next n symbols. @param {number} n */
  function advance(n) {
    const tokens = d3.range(now.t + 1, now.t + 1 + n).map((t) => (t === 0 ? now.trigger : filler(t)));
    const states = along(tokens, now.h);
    for (let i = Math.max(0, n - HELD); i < n; i++) {
      const [x, y] = projected(states, i * H);
      past.push({ step: now.step + 1 + i, x, y, margin: margin(states, i * H) });
    }
    now.h.set(states.subarray((n - 1) * H, n * H));
    now.t += n;
    now.step += n;
    past = past.slice(-HELD);
    marks = marks.filter((mark) => mark.x >= past[0].step);
  }

  /** A random direction, the same for the same number. @param {number} number */
  function direction(number) {
    const random = headline.generator(number, 99);
    const v = Float64Array.from({ length: H }, () => headline.normal(random));
    const norm = Math.hypot(...v);
    return v.map((x) => x / norm);
  }

  function kick() {
    const was = onOrbit(now.h, now.t);
    kicks += 1;
    const way = direction(kicks);
    for (let j = 0; j < H; j++) now.h[j] += size.value * gap * way[j];
    stage.dataset.kicked = JSON.stringify(Array.from(now.h));
    const [x, y] = projected(now.h);
    past.push({ step: now.step, x, y, margin: margin(now.h) });
    marks.push({ x: now.step, label: `kick ${kicks}` });
    advance(SETTLE);
    const is = onOrbit(now.h, now.t);
    const end = is < 0 ? "it is on neither orbit" : was < 0 ? `it is on ${data.symbols[is]}'s orbit` : is === was ? `it came back to ${data.symbols[is]}'s orbit` : `it went over to ${data.symbols[is]}'s orbit`;
    stage.dataset.end = String(is);
    said.textContent = `Kick ${kicks}, ${size.value.toFixed(2)} distances long: ${SETTLE} steps later ${end}.`;
    draw();
  }

  function toggle() {
    if (timer) return stop();
    if (play) play.textContent = "Stop";
    status.setAttribute("aria-live", "off"); // else every step is read out
    let before = 0;
    const tick = (time) => {
      timer = requestAnimationFrame(tick);
      if (time - before < 150) return;
      before = time;
      go(1);
    };
    timer = requestAnimationFrame(tick);
  }

  function stop() {
    cancelAnimationFrame(timer);
    timer = 0;
    status.setAttribute("aria-live", "polite");
    if (play) play.textContent = "Play";
  }

  /* ---- pictures ---- */
  function draw() {
    const m = margin(now.h);
    const on = onOrbit(now.h, now.t);
    const read = now.t === 0 ? data.symbols[now.trigger] : data.symbols[filler(now.t)];
    const where = on < 0 ? "on neither orbit" : `on ${data.symbols[on]}'s orbit`;
    status.textContent = `${now.t.toLocaleString("en")} steps after the trigger, ${read} was read: ${where}; answer ${m > 0 ? "A" : "B"}, margin ${nats(m)}.`;
    drawPlane(where);
    answers.update({
      label: `Margin of A over B, now ${nats(m)}: above 0 the answer is A.`,
      series: [{ name: "margin", colour: "ink", values: past.map((p) => [p.step, p.margin]) }],
      x: { label: "steps since the beginning", format: d3.format(",.0f"), domain: [past[0].step - 1, Math.max(now.step, past[0].step + 10)] },
      y: { label: "margin of A over B, nats (above 0: A)", domain: span(past.map((p) => p.margin)) },
      rules: [{ y: 0 }, ...marks],
    });
    Object.assign(stage.dataset, {
      t: String(now.t), step: String(now.step), margin: String(m), on: String(on), hidden: JSON.stringify(Array.from(now.h)),
    });
  }

  /** With 0 in it. @param {number[]} values @returns {[number, number]} */
  function span(values) {
    return [Math.min(-2, 1.1 * Math.min(...values)), Math.max(2, 1.1 * Math.max(...values))];
  }

  const points = orbits.map((orbit) => d3.range(orbit.length / H).map((i) => ({ at: projected(orbit, i * H), symbol: data.symbols[filler(i + 1)] })));

  /** @param {string} where */
  function drawPlane(where) {
    const width = Math.max(280, plane.clientWidth);
    const height = 300;
    const all = [...points.flat().map((p) => p.at), ...past.map((p) => [p.x, p.y])];
    const scale = (k, range) => d3.scaleLinear().domain(d3.extent(all, (p) => p[k])).range(range).nice();
    const x = scale(0, [46, width - 20]);
    const y = scale(1, [height - 44, 40]);
    plane.replaceChildren();
    const svg = d3.select(plane).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`).attr("width", "100%")
      .attr("aria-label", `The state in the plane of its first two principal components: ${where}. Each orbit has ${points[0].length} places.`);
    svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - 40})`).call(d3.axisBottom(x).ticks(5));
    svg.append("g").attr("class", "axis").attr("transform", "translate(42,0)").call(d3.axisLeft(y).ticks(5));
    svg.append("text").attr("class", "axis-label").attr("x", width / 2).attr("y", height - 6).attr("text-anchor", "middle").text(`component 1 (both: ${d3.format(".0%")(data.share)} of the variance)`);
    svg.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -height / 2).attr("y", 12).attr("text-anchor", "middle").text("component 2");
    const line = d3.line().x((p) => x(p[0])).y((p) => y(p[1]));
    points.forEach((orbit, k) => {
      const colour = k ? "baseline" : "chunker";
      svg.append("path").attr("class", `orbit line stroke-${colour}`).attr("stroke-dasharray", k ? "6 4" : null).attr("d", `${line(orbit.map((p) => p.at))}Z`);
      const place = svg.append("g").selectAll("g").data(orbit).join("g").attr("transform", (p) => `translate(${x(p.at[0])},${y(p.at[1])})`);
      place.append("path").attr("class", `fill-${colour}`).attr("d", d3.symbol(k ? d3.symbolSquare : d3.symbolCircle, 70)());
      place.append("text").attr("dy", -8).attr("text-anchor", "middle").text((p) => p.symbol);
    });
    const recent = past.slice(-SETTLE - 2).map((p) => [p.x, p.y]);
    svg.append("path").attr("class", "trail").attr("d", line(recent));
    const here = recent[recent.length - 1];
    svg.append("circle").attr("class", "state").attr("r", 9).attr("cx", x(here[0])).attr("cy", y(here[1]));
    const key = svg.append("g").attr("transform", "translate(46,12)");
    [["after A", "chunker", 0], ["after B", "baseline", 90], ["state", "ink", 180]].forEach(([name, colour, at]) => {
      const shape = colour === "baseline" ? d3.symbolSquare : d3.symbolCircle;
      key.append("path").attr("transform", `translate(${Number(at) + 6},-3)`).attr("class", colour === "ink" ? "state" : `fill-${colour}`).attr("d", d3.symbol(shape, 60)());
      key.append("text").attr("x", Number(at) + 16).attr("y", 1).text(name);
    });
  }

  /** Of many kicks of this length to this net on each orbit: shares that come back, that go over. */
  function outcomes(length) {
    const n = 4 * TURN; // at a time: on an orbit it stays there, and most are on one soon
    const u = rnn.unroll(net, n, 1);
    u.tokens.set(d3.range(1, n + 1).map(filler));
    let back = 0;
    let over = 0;
    for (let i = 0; i < TRIED; i++) {
      const k = i % 2;
      const way = direction(1000 + i);
      for (let j = 0; j < H; j++) u.hidden[j] = orbits[k][orbits[k].length - H + j] + length * gap * way[j];
      let on = -1;
      for (let gone = 0; on < 0 && gone < 2 * TURN * TURNS; gone += n) {
        rnn.forwardHidden(net, u);
        on = onOrbit(u.hidden, n, n * H);
        u.hidden.copyWithin(0, n * H);
      }
      back += Number(on === k);
      over += Number(on === 1 - k);
    }
    return { back: back / TRIED, over: over / TRIED };
  }

  function tried() {
    const r = size.value;
    const { back, over } = outcomes(r);
    const percent = d3.format(".0%");
    const of = (key) => data.kicks[key].map((m, i) => [data.lengths[i], ...m]);
    const curve = (key) => ({ values: of(key).map(([x, mean]) => [x, mean]), band: of(key).map(([x, , low, high]) => [x, Math.max(0, low), Math.min(1, high)]) });
    broken.update({
      label: `Of ${TRIED} random kicks ${r.toFixed(2)} distances long ${percent(back)} come back and ${percent(over)} go over to the other orbit, in this net.`,
      series: [
        { name: `come back (${data.seeds} nets, mean)`, colour: "automatizer", ...curve("comes_back") },
        { name: "go over to the other orbit", colour: "chunker", dash: "6 4", ...curve("goes_over") },
      ],
      rules: [{ x: r }],
      paint: (plot, x, y) => {
        for (const [share, colour, shape] of [[back, "automatizer", d3.symbolCircle], [over, "chunker", d3.symbolTriangle]]) {
          plot.append("path").attr("class", `tried fill-${colour}`).attr("transform", `translate(${x(r)},${y(share)})`).attr("d", d3.symbol(shape, 110)());
        }
      },
    });
    said.textContent = `This net, ${TRIED} kicks ${r.toFixed(2)} distances long: ${percent(back)} come back, ${percent(over)} go over, ${percent(Math.max(0, 1 - back - over))} neither.`;
    stage.dataset.tried = JSON.stringify([back, over]);
  }

  chart.whenResized(plane, () => past.length && draw());
  begin();
  go(2 * TURN);
  tried();
});
