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

  /**
   * One of several pictures in a scene, each made when it is first chosen: `make` builds one in its
   * place and returns what draws it. Shows the first.
   * @param {HTMLElement} stage @param {Record<string, string>} names what each is called
   * @param {Record<string, (place: HTMLElement) => () => void>} make
   */
  function pictures(stage, names, make) {
    const row = controls.row(stage);
    const places = /** @type {Record<string, HTMLElement>} */ ({});
    const redraw = /** @type {Record<string, () => void>} */ ({});
    for (const name of Object.keys(make)) places[name] = controls.add(stage, "div", { class: name, hidden: true });

    /** @param {string} name */
    function show(name) {
      for (const [other, place] of Object.entries(places)) place.hidden = other !== name;
      stage.dataset.picture = name;
      redraw[name] ??= make[name](places[name]);
      redraw[name]();
    }

    controls.choice(row, { label: "picture", options: names, onChange: show });
    show(Object.keys(make)[0]);
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
      // the finding is its first sentence; its numbers and controls are there to be opened
      const [first, ...more] = s.finding.split(/(?<=\.) (?=[A-Z0-9])/);
      const finding = controls.add(section, "div", { class: "finding" }, controls.add(section, "p", {}, first));
      if (more.length) {
        const details = controls.add(finding, "details", {}, controls.add(finding, "summary", {}, "More of what was found"));
        controls.add(details, "p", {}, more.join(" "));
      }
      controls.add(section, "p", { class: "source" }, `Numbers: ${s.source.join(", ")}`);
    }
    const sections = [...document.querySelectorAll("section.scene")];

    /** Draw all that is above a scene, so that it stays where it is, and go there. */
    function go() {
      const target = sections.find((section) => `#${section.id}` === location.hash);
      if (!target) return;
      for (const section of sections.slice(0, sections.indexOf(target) + 1)) draw(section.id);
      target.scrollIntoView();
    }

    history.scrollRestoration = location.hash ? "manual" : "auto"; // the link's place, not the last one
    addEventListener("hashchange", go);
    addEventListener("load", go);
    list.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).matches(`a[href="${location.hash}"]`)) go(); // no change of hash
    });
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) draw(entry.target.id);
    }, { rootMargin: "300px" });
    for (const section of sections) near.observe(section);
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

  return { scene, draw, build, pictures, moves, worker, drawn };
}

const page = pageModule();
