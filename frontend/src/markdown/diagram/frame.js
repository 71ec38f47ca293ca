/**
 * Runs inside the sandboxed frame. Takes `{text, dark}` from the page around it; answers `{ready}` once, then `{height}`
 * in CSS pixels, also when it changes, or `{error}`.
 */

(() => {
  // Outside its sandbox it does nothing.
  if (self.origin !== "null" || parent === self) return;
  const { mermaid } = globalThis;
  const tell = (message) => parent.postMessage(message, "*");

  // The frame's policy refuses all that could harm, and reports it; here it is seen to that there is nothing to refuse.
  delete globalThis.Image; // a node that is a picture cannot be drawn
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (!name.startsWith("on")) setAttribute.call(this, name, value); // menus of a sequence
  };

  /** What a diagram may not set for itself. */
  const OURS = ["securityLevel", "htmlLabels", "themeCSS", "fontFamily", "altFontFamily", "dompurifyConfig"];
  const LIMITS = ["secure", "startOnLoad", "suppressErrorRendering", "maxTextSize", "maxEdges"];

  /** Tags, but <br> and `<<fork>>`. */
  const TAG = /(?<=<)(?=[a-z!?/])(?!br\s*\/?>)(?!(?<=<<)\w+>>)/gi;
  /** What CSS fetches; `marker-end="url(#...)"` and `filter:url(#...)` are the drawing's own. */
  const FETCH = /(?<=url|image-set|src)(?=\()(?<!(?:="|fill:|stroke:|filter:)url(?=\(#))/gi;
  /** CSS can be written with those; but \n is a new line, and `-|\` an arrow. */
  const ESCAPE = /(?<=(?<![\\|])\\)(?=[\w-])(?!n)/g;
  const JOINER = "\u2060"; // is not seen, but makes plain text of them
  const tame = (text, risks) => risks.reduce((tamed, risk) => tamed.replace(risk, JOINER), text);

  function prepare(dark) {
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    const look = { theme: dark ? "dark" : "neutral", fontFamily: "system-ui, sans-serif", htmlLabels: false };
    const secure = [...OURS, ...LIMITS];
    mermaid.initialize({ ...look, secure, startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true });
  }

  async function draw({ text, dark }) {
    try {
      prepare(dark);
      const { svg } = await mermaid.render("diagram", tame(text, [TAG, FETCH, ESCAPE]));
      document.body.innerHTML = tame(svg, [FETCH, ESCAPE]); // again: what was #117; is a letter now
      // The sandbox opens nothing, so that links lead nowhere.
      for (const link of document.querySelectorAll("a")) ["href", "xlink:href"].forEach((name) => link.removeAttribute(name));
      tell({ height: document.body.offsetHeight });
    } catch (error) {
      tell({ error: String(error?.message ?? error) });
    }
  }

  addEventListener("message", ({ source, data }) => {
    if (source === parent) void draw(data);
  });
  addEventListener("resize", () => {
    if (document.body.firstChild) tell({ height: document.body.offsetHeight });
  });
  tell({ ready: true });
})();
