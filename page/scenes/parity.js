"use strict";

/* Two units that keep the parity of typed bits, by hand or learnt; below, Elman's stream by place. */
page.scene("parity", (stage, data) => {
  const MOST = 64; // bits
  const EDGE = 1.25; // of the plane
  const SAYS = ["even", "odd"];
  const LOOKS = [["chunker", undefined], ["automatizer", "8 3"], ["baseline", "2 3"], ["ink", "10 3 2 3"]];
  const three = (v) => v.toFixed(3).replace("-", "−");

  const row = controls.row(stage);
  const bits = controls.text(row, {
    label: `bits, 1 to ${MOST}`, value: "1011001110100111", size: 26, inputmode: "numeric", check: wrong, onInput: read,
  });
  const which = controls.choice(row, { label: "weights", options: Object.keys(data.nets), onChange: read });
  const step = controls.slider(row, {
    label: "after bit", min: 0, max: 16, value: 16, format: (k) => (k === 0 ? "start" : String(k)), onInput: redraw,
  });
  const both = controls.add(stage, "div", { class: "pair" });
  const place = controls.add(both, "div");
  const right = controls.add(both, "div");
  const strip = controls.add(right, "ol", { class: "bits", "aria-label": "bits and the parity said after each" });
  const status = controls.status(right);
  const whole = controls.add(right, "p", { class: "whole" });

  controls.add(stage, "h4", {}, "Elman's stream: two random bits, their XOR, again and again");
  const cycle = controls.slider(controls.row(stage), {
    label: "bit read last, of twelve (or drag in the picture)", min: 1, max: 12, value: 2,
    format: (k) => `${k}${xorNext(k) ? ": the XOR comes next" : ""}`, onInput: drawStream,
  });
  const errors = chart.lines(stage, {
    label: "", height: 250,
    x: { label: "bit read last; after 2, 5, 8, 11 comes the XOR", domain: [1, 12], ticks: 12, format: d3.format("d") },
    y: { label: "error, root mean square", domain: [0.25, 0.6] },
    series: data.stream.map((s, i) => ({
      name: s.name, colour: LOOKS[i][0], dash: LOOKS[i][1], values: s.error.map((e, k) => [k + 1, e]),
      band: s.interval.map(([low, high], k) => [k + 1, low, high]),
    })),
    onDrag: (at) => cycle.set(Math.max(1, Math.min(12, Math.round(at)))),
  });
  const streamStatus = controls.status(stage);

  let net = /** @type {any} */ (null);
  let given = /** @type {number[]} */ ([]); // the bits last typed that can be read
  let states = /** @type {Array<[number, number]>} */ ([]); // the start and those after each bit
  let odds = /** @type {number[]} */ ([]); // p(odd) after each bit
  let truth = /** @type {number[]} */ ([]);

  /** @param {string} typed */
  function wrong(typed) {
    if (typed === "") return "Type a bit: 0 or 1.";
    const other = [...typed].find((c) => c !== "0" && c !== "1");
    if (other !== undefined) return `Only 0 and 1 are bits: take out “${other}”.`;
    return typed.length > MOST ? `Type at most ${MOST} bits.` : "";
  }

  /** Let the chosen net read the bits that were typed. */
  function read() {
    if (!bits.valid()) return;
    given = [...bits.value].map(Number);
    net = rnn.netOf(2, 2, data.nets[which.value].flat);
    const u = rnn.unroll(net, given.length, 1);
    u.tokens.set(given);
    rnn.forward(net, u);
    states = d3.range(given.length + 1).map((t) => [u.hidden[2 * t], u.hidden[2 * t + 1]]);
    odds = given.map((_, t) => u.probs[2 * t + 1]);
    truth = given.map((_, t) => d3.sum(given.slice(0, t + 1)) % 2);
    step.element.max = String(given.length);
    step.set(given.length);
  }

  function said(t) {
    return odds[t] > 0.5 ? 1 : 0;
  }

  function redraw() {
    const k = step.value;
    drawPlane(k);
    strip.replaceChildren();
    for (const [t, bit] of given.entries()) {
      const item = controls.add(strip, "li", { class: `${SAYS[said(t)]} ${t === k - 1 ? "at" : ""}` });
      controls.add(item, "b", {}, String(bit));
      controls.add(item, "span", {}, `${SAYS[said(t)]}${said(t) === truth[t] ? "" : " ✗"}`);
    }
    const state = `units ${three(states[k][0])} and ${three(states[k][1])}`;
    status.textContent = k === 0
      ? `Before the first bit: ${state}.`
      : `After ${k} bit${k > 1 ? "s" : ""}: ${state}; says ${SAYS[said(k - 1)]}, p = ${(said(k - 1) ? odds[k - 1] : 1 - odds[k - 1]).toFixed(4)}. True: ${SAYS[truth[k - 1]]}.`;
    const rightOnes = truth.filter((p, t) => p === said(t)).length;
    whole.textContent = `Right after ${rightOnes} of ${truth.length} bits.`;
    Object.assign(stage.dataset, {
      states: JSON.stringify(states), odds: JSON.stringify(odds), says: truth.map((_, t) => said(t)).join(""), step: String(k),
    });
  }

  /** The part of the square where the read-out says odd, as a polygon. */
  function oddRegion() {
    const [w00, w01, w10, w11] = net.W_hy;
    const leaning = (/** @type {number[]} */ [a, b]) => a * (w01 - w00) + b * (w11 - w10) + net.b_y[1] - net.b_y[0];
    const square = /** @type {Array<[number, number]>} */ ([[-EDGE, -EDGE], [EDGE, -EDGE], [EDGE, EDGE], [-EDGE, EDGE]]);
    return square.flatMap((from, i) => {
      const to = square[(i + 1) % 4];
      const [f, g] = [leaning(from), leaning(to)];
      const kept = /** @type {number[][]} */ (f > 0 ? [from] : []);
      if (f > 0 !== g > 0) kept.push(from.map((v, j) => v + (f / (f - g)) * (to[j] - v)));
      return kept;
    });
  }

  /** @param {number} k */
  function drawPlane(k) {
    const size = Math.min(380, Math.max(260, place.clientWidth));
    const x = d3.scaleLinear([-EDGE, EDGE], [30, size - 4]);
    const y = d3.scaleLinear([-EDGE, EDGE], [size - 34, 0]);
    const { states: seen, basin } = data.nets[which.value];
    place.replaceChildren();
    const svg = d3.select(place).append("svg").attr("role", "img").attr("width", size).attr("height", size).attr("viewBox", `0 0 ${size} ${size}`)
      .attr("aria-label", `Activities of two units, weights ${which.value}, in the square from −1 to 1, a line between even and odd. ${k === 0 ? "Before the first bit" : `After bit ${k}`} the state is (${three(states[k][0])}, ${three(states[k][1])})${k ? `, read as ${SAYS[said(k - 1)]}` : ""}.`);
    svg.append("rect").attr("class", "half fill-baseline").attr("x", x(-EDGE)).attr("y", y(EDGE)).attr("width", x(EDGE) - x(-EDGE)).attr("height", y(-EDGE) - y(EDGE));
    const region = oddRegion();
    svg.append("polygon").attr("class", "hide").attr("points", region.map((p) => `${x(p[0])},${y(p[1])}`).join(" "));
    svg.append("polygon").attr("class", "half fill-chunker").attr("points", region.map((p) => `${x(p[0])},${y(p[1])}`).join(" "));
    svg.append("circle").attr("class", "circle").attr("cx", x(0)).attr("cy", y(0)).attr("r", x(1) - x(0));
    svg.append("rect").attr("class", "square").attr("x", x(-1)).attr("y", y(1)).attr("width", x(1) - x(-1)).attr("height", y(-1) - y(1));
    if (basin) {
      for (const [a, b] of [[-1, -1], [1, -1], [1, 1]]) {
        svg.append("rect").attr("class", "basin").attr("width", x(basin) - x(0)).attr("height", y(0) - y(basin))
          .attr("x", a > 0 ? x(1 - basin) : x(-1)).attr("y", b > 0 ? y(1) : y(-1 + basin));
      }
      svg.append("text").attr("class", "small").attr("x", x(-1) + 5).attr("y", y(-1 + basin) - 5).text("pulled to the corner");
    }
    for (const [a, b, odd] of seen) {
      const mark = odd ? svg.append("circle").attr("r", 3.5).attr("cx", x(a)).attr("cy", y(b)) : svg.append("rect").attr("width", 7).attr("height", 7).attr("x", x(a) - 3.5).attr("y", y(b) - 3.5);
      mark.attr("class", `seen fill-${odd ? "chunker" : "baseline"}`);
    }
    const path = states.slice(0, k + 1).map(([a, b]) => `${x(a)},${y(b)}`);
    if (k > 1) svg.append("polyline").attr("class", "path").attr("points", path.slice(0, -1).join(" "));
    if (k > 0) svg.append("polyline").attr("class", "path last").attr("points", path.slice(-2).join(" "));
    svg.append("path").attr("class", "start").attr("d", `M${x(0) - 4},${y(0)}h8M${x(0)},${y(0) - 4}v8`);
    svg.append("circle").attr("class", "state").attr("cx", x(states[k][0])).attr("cy", y(states[k][1])).attr("r", 8);
    svg.append("text").attr("x", x(0) + 7).attr("y", y(0) - 6).attr("class", "small").text("start");
    svg.append("text").attr("x", x(0.45)).attr("y", y(-1.12) + 4).attr("class", "name").text("says odd");
    svg.append("text").attr("x", x(-0.95)).attr("y", y(1.12) + 4).attr("class", "name").text("says even");
    for (const v of [-1, 0, 1]) {
      svg.append("text").attr("class", "small").attr("x", x(v)).attr("y", size - 20).attr("text-anchor", "middle").text(String(v).replace("-", "−"));
      svg.append("text").attr("class", "small").attr("x", 26).attr("y", y(v) + 4).attr("text-anchor", "end").text(String(v).replace("-", "−"));
    }
    svg.append("text").attr("class", "axis-label").attr("x", (x(-EDGE) + x(EDGE)) / 2).attr("y", size - 4).attr("text-anchor", "middle").text(basin ? "unit 1: parity or bit" : "unit 1");
    svg.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -y(0)).attr("y", 11).attr("text-anchor", "middle").text(basin ? "unit 2: parity and bit" : "unit 2");
  }

  /** @param {number} k */
  function xorNext(k) {
    return k % 3 === 2;
  }

  function drawStream() {
    const k = cycle.value;
    const now = data.stream.map((s) => `${s.name} (${s.error[k - 1].toFixed(2)})`).join("; ");
    errors.update({
      rules: [{ y: 0.5 }, { x: k }],
      label: `Error on Elman's stream by place in a cycle of twelve bits. After bit ${k}${xorNext(k) ? ", where the XOR comes next" : ""}: ${now}. Chance is 0.5.`,
    });
    streamStatus.textContent = `After bit ${k}${xorNext(k) ? " the XOR comes" : " a random bit comes"}; errors: ${now}; chance (0.50).`;
    Object.assign(stage.dataset, { place: String(k), errors: JSON.stringify(data.stream.map((s) => s.error[k - 1])) });
  }

  read();
  drawStream();
  chart.whenResized(place, redraw);
});
