/**
 * Runs inside the sandboxed frame. Takes `{text, dark}` from the page around it; answers `{ready}` once, then `{height}`
 * in CSS pixels, also when it changes, or `{error}`.
 */

(() => {
  // Outside its sandbox it does nothing.
  if (self.origin !== "null" || parent === self) return;
  const { mermaid } = globalThis;
  const tell = (message) => parent.postMessage(message, "*");

  function prepare(dark) {
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    const look = { theme: dark ? "dark" : "neutral", fontFamily: "system-ui, sans-serif", htmlLabels: false };
    mermaid.initialize({ ...look, startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true });
  }

  async function draw({ text, dark }) {
    try {
      prepare(dark);
      const { svg } = await mermaid.render("diagram", text);
      document.body.innerHTML = svg;
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
