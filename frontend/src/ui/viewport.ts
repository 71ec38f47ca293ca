/** Keeps the page as high as what is visible of it: a phone's keyboard covers the rest, and iOS tells only here. */
export function followViewport(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const fit = (): void => {
    // Zoomed in, the visual viewport is a window over the page, not its size.
    if (viewport.scale > 1.01) return;
    document.documentElement.style.setProperty("--app-height", `${viewport.height}px`);
    if (viewport.offsetTop > 0) window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  fit();
}
