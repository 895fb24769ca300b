"use strict";

/**
 * Charts that redraw when their place changes its width.
 *
 * @typedef {object} Axis
 * @property {string} label with its unit
 * @property {[number, number]} [domain] else what the series span
 * @property {boolean} [log]
 * @property {number} [ticks] about how many
 * @property {(value: any) => string} [format] of ticks and of what hovering says
 *
 * @typedef {object} Series
 * @property {string} name
 * @property {string} colour one of style.css: automatizer, chunker, baseline, faint, other, ink
 * @property {Array<[number, number]>} values (x, y); a y that is not finite breaks the line
 * @property {Array<[number, number, number]>} [band] (x, low, high)
 * @property {string} [dash] as SVG has it
 * @property {boolean} [dots] no line
 *
 * @typedef {object} Spec
 * @property {string} label what the picture shows, for those who can't see it
 * @property {Axis} x @property {Axis} y
 * @property {Series[]} series
 * @property {Array<{x?: number, y?: number, label?: string}>} [rules] faint lines, said at their end
 * @property {number} [height] pixels
 * @property {boolean} [legend] unless false, names above the picture when there are several
 * @property {(at: number) => void} [onDrag] x that the reader points or drags to
 * @property {(plot: any, x: any, y: any, size: {width: number, height: number}) => void} [paint]
 *   more to be drawn: the d3 selection of the plot's group, both scales, the plot's size
 */
function chartModule() {
  const LEFT = 56;
  const BOTTOM = 40;
  const TOP = 12;
  const RIGHT = 26;

  /** @param {number} value */
  function short(value) {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(0).replace("e+", "e");
    return d3.format(",.3~f")(value);
  }

  /** @param {Axis} axis @param {number[]} values @param {[number, number]} range */
  function scale(axis, values, range) {
    const finite = values.filter((v) => Number.isFinite(v) && (!axis.log || v > 0));
    const domain = axis.domain ?? /** @type {[number, number]} */ (d3.extent(finite));
    const made = axis.log ? d3.scaleLog() : d3.scaleLinear();
    made.domain(domain).range(range);
    if (!axis.domain) made.nice();
    return made;
  }

  /**
   * A chart in `stage`, drawn anew on `update` and when the width changes.
   * @param {Element} stage @param {Spec} spec
   */
  function lines(stage, spec) {
    const figure = controls.add(stage, "figure", { class: "chart" });
    const legend = controls.add(figure, "div", { class: "legend", "aria-hidden": "true" });
    const svg = d3.select(figure).append("svg").attr("role", "img");
    const said = controls.add(figure, "div", { class: "said", "aria-hidden": "true" });
    let pointer = /** @type {number | null} */ (null);
    let scales = /** @type {any} */ (null);

    function draw() {
      const width = Math.max(280, figure.clientWidth);
      const height = spec.height ?? 260;
      const size = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
      const all = spec.series.flatMap((s) => s.values);
      const bands = spec.series.flatMap((s) => s.band ?? []);
      const x = scale(spec.x, all.map((v) => v[0]), [0, size.width]);
      const ys = [...all.map((v) => v[1]), ...bands.flatMap((b) => [b[1], b[2]])];
      const y = scale(spec.y, [...ys, ...(spec.rules ?? []).map((r) => r.y ?? NaN)], [size.height, 0]);
      scales = { x, y, size };
      svg.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
      svg.attr("aria-label", spec.label);
      svg.selectAll("*").remove();
      const plot = svg.append("g").attr("transform", `translate(${LEFT},${TOP})`);
      axes(plot, x, y, size);
      const within = svg.append("clipPath").attr("id", `${figure.id || (figure.id = `chart-${++count}`)}-clip`);
      within.append("rect").attr("width", size.width).attr("height", size.height + 2).attr("y", -1);
      const inner = plot.append("g").attr("clip-path", `url(#${figure.id}-clip)`);
      for (const rule of spec.rules ?? []) ruled(inner, rule, x, y, size);
      for (const s of spec.series) serial(inner, s, x, y);
      spec.paint?.(plot, x, y, size);
      legend.replaceChildren();
      if (spec.legend !== false && spec.series.length > 1) {
        for (const s of spec.series) {
          controls.add(legend, "span", { class: `key c-${s.colour} ${s.dash ? "dashed" : ""}` }, s.name);
        }
      }
      if (pointer !== null) hovered(pointer);
    }

    function axes(plot, x, y, size) {
      const narrow = size.width < 420;
      const bottom = d3.axisBottom(x).ticks(spec.x.ticks ?? (narrow ? 4 : 7)).tickFormat(spec.x.format ?? short);
      const left = d3.axisLeft(y).ticks(spec.y.ticks ?? 5).tickFormat(spec.y.format ?? short);
      if (spec.x.log) bottom.tickValues(decades(x, narrow ? 4 : 8));
      if (spec.y.log) left.tickValues(decades(y, 6));
      plot.append("g").attr("class", "grid").call(left.tickSize(-size.width)).call((g) => g.select(".domain").remove());
      plot.append("g").attr("class", "axis").attr("transform", `translate(0,${size.height})`).call(bottom);
      plot.append("text").attr("class", "axis-label").attr("x", size.width / 2).attr("y", size.height + 36)
        .attr("text-anchor", "middle").text(spec.x.label);
      plot.append("text").attr("class", "axis-label").attr("transform", "rotate(-90)").attr("x", -size.height / 2)
        .attr("y", -LEFT + 13).attr("text-anchor", "middle").text(spec.y.label);
    }

    function hovered(px) {
      const plot = svg.select("g");
      plot.selectAll(".pointer").remove();
      const at = scales.x.invert(px);
      const rows = spec.series.flatMap((s) => {
        const near = d3.least(s.values, (v) => Math.abs(scales.x(v[0]) - px));
        return near && Number.isFinite(scales.y(near[1])) ? [{ s, near }] : [];
      });
      if (!rows.length) return;
      const pointer = plot.append("g").attr("class", "pointer");
      const where = rows[0].near[0];
      pointer.append("line").attr("x1", scales.x(where)).attr("x2", scales.x(where)).attr("y2", scales.size.height);
      for (const { s, near } of rows) {
        pointer.append("circle").attr("class", `fill-${s.colour}`).attr("r", 4)
          .attr("cx", scales.x(near[0])).attr("cy", scales.y(near[1]));
      }
      const say = spec.y.format ?? short;
      said.textContent = `${(spec.x.format ?? short)(where)}: ${rows.map(({ s, near }) => `${s.name} ${say(near[1])}`).join(", ")}`;
      return at;
    }

    function pointed(event) {
      const [px] = d3.pointer(event, svg.select("g").node());
      pointer = Math.max(0, Math.min(scales.size.width, px));
      hovered(pointer);
      return scales.x.invert(pointer);
    }

    let down = { x: 0, y: 0 };

    /** A finger that goes up or down scrolls the page: only one that goes sideways drags. */
    function drags(event) {
      const sideways = Math.abs(event.clientX - down.x);
      return event.buttons && (event.pointerType !== "touch" || sideways > Math.max(6, Math.abs(event.clientY - down.y)));
    }

    svg.on("pointermove", (event) => {
      const at = pointed(event);
      if (spec.onDrag && drags(event)) spec.onDrag(at);
    });
    svg.on("pointerdown", (event) => {
      down = { x: event.clientX, y: event.clientY };
      const at = pointed(event);
      if (event.pointerType === "touch") return; // a tap is a click
      svg.node()?.setPointerCapture(event.pointerId);
      spec.onDrag?.(at);
    });
    svg.on("click", (event) => spec.onDrag?.(pointed(event)));
    svg.on("pointerleave", () => {
      pointer = null;
      svg.selectAll(".pointer").remove();
      said.textContent = "";
    });
    if (spec.onDrag) svg.style("touch-action", "pan-y").style("cursor", "ew-resize");

    draw();
    whenResized(figure, draw);
    return {
      figure,
      /** Change the spec and draw again. @param {Partial<Spec>} changes */
      update(changes) {
        Object.assign(spec, changes);
        draw();
      },
      draw,
    };
  }

  let count = 0;

  /** Powers of ten within a scale, no more than `most`. */
  function decades(scale, most) {
    const [low, high] = d3.extent(scale.domain()).map(Math.log10);
    const all = d3.range(Math.ceil(low - 1e-9), Math.floor(high + 1e-9) + 1);
    const every = Math.ceil(all.length / most);
    return all.length > 1 ? all.filter((_, i) => i % every === 0).map((e) => 10 ** e) : scale.ticks(3);
  }

  function serial(plot, s, x, y) {
    const there = (v) => Number.isFinite(y(v[1])) && Number.isFinite(x(v[0]));
    if (s.band) {
      const area = d3.area().defined((b) => there(b)).x((b) => x(b[0])).y0((b) => y(b[1])).y1((b) => y(b[2]));
      plot.append("path").attr("class", `band fill-${s.colour}`).attr("d", area(s.band));
    }
    if (s.dots) {
      plot.append("g").selectAll("circle").data(s.values.filter(there)).join("circle")
        .attr("class", `fill-${s.colour}`).attr("r", 3).attr("cx", (v) => x(v[0])).attr("cy", (v) => y(v[1]));
      return;
    }
    const line = d3.line().defined(there).x((v) => x(v[0])).y((v) => y(v[1]));
    plot.append("path").attr("class", `line stroke-${s.colour}`).attr("d", line(s.values))
      .attr("stroke-dasharray", s.dash ?? null).attr("data-series", s.name);
  }

  function ruled(plot, rule, x, y, size) {
    const g = plot.append("g").attr("class", "rule");
    if (rule.y !== undefined) {
      g.append("line").attr("x2", size.width).attr("y1", y(rule.y)).attr("y2", y(rule.y));
      g.append("text").attr("x", size.width - 4).attr("y", y(rule.y) - 4).attr("text-anchor", "end").text(rule.label ?? "");
    } else {
      g.append("line").attr("y2", size.height).attr("x1", x(rule.x)).attr("x2", x(rule.x));
      g.append("text").attr("x", x(rule.x) + 4).attr("y", 12).text(rule.label ?? "");
    }
  }

  /** Call `draw` when an element's width has changed. @param {Element} element @param {() => void} draw */
  function whenResized(element, draw) {
    let width = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth !== width) {
        width = element.clientWidth;
        draw();
      }
    }).observe(element);
  }

  return { lines, short, whenResized };
}

const chart = chartModule();
