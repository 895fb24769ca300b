"use strict";

/** Controls that a keyboard and a screen reader can use: each has a label that is read out. */
function controlsModule() {
  let made = 0;

  /**
   * An element with attributes and children, appended to `parent`.
   * @param {Element} parent @param {string} name @param {Record<string, any>} [attributes]
   * @param {...(string | Node)} children
   * @returns {any}
   */
  function add(parent, name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(key, "");
      else if (value !== false && value != null) element.setAttribute(key, String(value));
    }
    element.append(...children);
    parent.append(element);
    return element;
  }

  /** A row for controls. @param {Element} stage */
  function row(stage) {
    return add(stage, "div", { class: "controls" });
  }

  /** A label with a place for its control. @param {Element} parent @param {string} label */
  function labelled(parent, label) {
    const id = `control-${++made}`;
    const field = add(parent, "div", { class: "field" });
    add(field, "label", { for: id }, label);
    return { id, field };
  }

  /**
   * A slider; its value stands beside it as `format` says it.
   * @param {Element} parent
   * @param {{label: string, min: number, max: number, step?: number, value: number,
   *   format?: (value: number) => string, onInput?: (value: number) => void}} options
   */
  function slider(parent, { label, min, max, step = 1, value, format = String, onInput }) {
    const { id, field } = labelled(parent, label);
    const input = add(field, "input", { type: "range", id, min, max, step, value });
    const output = add(field, "output", { for: id });
    function show() {
      output.textContent = format(Number(input.value));
      input.setAttribute("aria-valuetext", output.textContent);
    }
    input.addEventListener("input", () => {
      show();
      onInput?.(Number(input.value));
    });
    show();
    return {
      element: input,
      get value() {
        return Number(input.value);
      },
      /** Set from elsewhere, e.g. by dragging in the picture; tells `onInput` too. */
      set(value) {
        input.value = String(value);
        show();
        onInput?.(Number(input.value));
      },
    };
  }

  /**
   * One of several: a select.
   * @param {Element} parent
   * @param {{label: string, options: string[] | Record<string, string>, value?: string,
   *   onChange?: (value: string) => void}} options names, or {value: name}
   */
  function choice(parent, { label, options, value, onChange }) {
    const { id, field } = labelled(parent, label);
    const select = add(field, "select", { id });
    const pairs = Array.isArray(options) ? options.map((o) => [o, o]) : Object.entries(options);
    for (const [key, name] of pairs) add(select, "option", { value: key }, name);
    if (value !== undefined) select.value = value;
    select.addEventListener("change", () => onChange?.(select.value));
    return {
      element: select,
      get value() {
        return select.value;
      },
    };
  }

  /** @param {Element} parent @param {string} label @param {() => void} onClick */
  function button(parent, label, onClick) {
    const element = add(parent, "button", { type: "button" }, label);
    element.addEventListener("click", onClick);
    return element;
  }

  /**
   * On or off.
   * @param {Element} parent
   * @param {{label: string, checked?: boolean, onChange?: (on: boolean) => void}} options
   */
  function toggle(parent, { label, checked = false, onChange }) {
    const id = `control-${++made}`;
    const field = add(parent, "div", { class: "field toggle" });
    const input = add(field, "input", { type: "checkbox", id, checked });
    add(field, "label", { for: id }, label);
    input.addEventListener("change", () => onChange?.(input.checked));
    return input;
  }

  /**
   * A line to type, with a place for what is wrong with it. `check` returns what is wrong, or "".
   * @param {Element} parent
   * @param {{label: string, value?: string, size?: number, inputmode?: string,
   *   check?: (text: string) => string, onInput?: (text: string) => void}} options
   */
  function text(parent, { label, value = "", size = 12, inputmode = "text", check, onInput }) {
    const { id, field } = labelled(parent, label);
    const input = add(field, "input", {
      type: "text", id, value, size, inputmode, autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${id}-wrong`,
    });
    const wrong = add(field, "span", { class: "wrong", id: `${id}-wrong`, role: "alert" });
    function valid() {
      const problem = check ? check(input.value) : "";
      wrong.textContent = problem;
      input.setAttribute("aria-invalid", String(problem !== ""));
      return problem === "";
    }
    input.addEventListener("input", () => {
      if (valid()) onInput?.(input.value);
    });
    return {
      element: input,
      valid,
      get value() {
        return input.value;
      },
    };
  }

  /**
   * What is wrong with a number that someone typed, or "".
   * @param {string} typed @param {number} least @param {number} most @param {boolean} [whole]
   */
  function wrongNumber(typed, least, most, whole = true) {
    const number = Number(typed);
    const fine = typed.trim() !== "" && Number.isFinite(number) && (!whole || Number.isInteger(number));
    if (fine && number >= least && number <= most) return "";
    return `Give a ${whole ? "whole " : ""}number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}.`;
  }

  /** A line that is read out when it changes. @param {Element} parent @param {string} [name] */
  function status(parent, name = "") {
    return add(parent, "p", { class: `status ${name}`, role: "status" });
  }

  /**
   * A table whose first column names its rows.
   * @param {Element} parent @param {string[]} header @param {Array<Array<string | Node>>} rows
   */
  function table(parent, header, rows) {
    const made = add(add(parent, "div", { class: "scroll", tabindex: 0 }), "table");
    const head = add(add(made, "thead"), "tr");
    for (const name of header) add(head, "th", { scope: "col" }, name);
    const body = add(made, "tbody");
    for (const cells of rows) {
      const line = add(body, "tr");
      for (const [i, cell] of cells.entries()) add(line, i ? "td" : "th", i ? {} : { scope: "row" }, cell);
    }
    return made;
  }

  return { add, table, row, slider, choice, button, toggle, text, wrongNumber, status };
}

const controls = controlsModule();
