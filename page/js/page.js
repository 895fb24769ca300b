"use strict";

/**
 * Puts the scenes on the page. A scene's file calls `page.scene(name, draw)`; its words and numbers
 * are in DATA, which `python3 -m studies page` writes. A scene is drawn when it comes near the view.
 *
 * @typedef {{title: string, part: string, question: string, finding: string, alt: string,
 *   source: string[], data: any}} Scene
 */
function pageModule() {
  const drawing = /** @type {Record<string, (stage: HTMLElement, data: any) => void>} */ ({});
  const drawn = new Set();

  /** @param {string} name @param {(stage: HTMLElement, data: any) => void} draw */
  function scene(name, draw) {
    drawing[name] = draw;
  }

  /** May things move by themselves? */
  function moves() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Draw a scene now, once. @param {string} name */
  function draw(name) {
    if (drawn.has(name)) return;
    drawn.add(name);
    const stage = /** @type {HTMLElement} */ (document.querySelector(`#${name} .stage`));
    drawing[name](stage, DATA.scenes[name].data);
    stage.dataset.drawn = "true";
  }

  /** All sections, in the order of DATA, and the list of them at the top. */
  function build() {
    const main = /** @type {HTMLElement} */ (document.querySelector("main"));
    const list = /** @type {HTMLElement} */ (document.querySelector("nav ol"));
    let part = "";
    for (const [name, s] of Object.entries(DATA.scenes)) {
      if (s.part !== part) {
        part = s.part;
        controls.add(main, "h2", {}, part);
        controls.add(list, "li", { class: "part" }, part);
      }
      controls.add(controls.add(list, "li"), "a", { href: `#${name}` }, s.title);
      const section = controls.add(main, "section", { id: name, class: "scene", "aria-labelledby": `${name}-title` });
      controls.add(section, "h3", { id: `${name}-title` }, s.title);
      controls.add(section, "p", { class: "question" }, s.question);
      controls.add(section, "div", { class: "stage" });
      controls.add(section, "p", { class: "hidden" }, s.alt);
      controls.add(section, "p", { class: "finding" }, s.finding);
      controls.add(section, "p", { class: "source" }, `Numbers: ${s.source.join(", ")}`);
    }
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) draw(entry.target.id);
    }, { rootMargin: "300px" });
    for (const section of document.querySelectorAll("section.scene")) near.observe(section);
  }

  /**
   * A worker made of modules' texts: where the page is opened from the disk a file can't be fetched.
   * `body` is the text of a function of (message, tell).
   * @param {string} modules @param {string} body
   */
  function worker(modules, body) {
    const source = `"use strict";\n${modules}\nconst body = ${body};
      onmessage = (event) => {
        try { body(event.data, (news) => postMessage(news)); }
        catch (error) { postMessage({ stage: "failed", why: String(error.message || error) }); }
      };`;
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const made = new Worker(address);
    URL.revokeObjectURL(address);
    return made;
  }

  return { scene, draw, build, moves, worker, drawn };
}

const page = pageModule();
