/** Calls with whether the page is dark, now and whenever that changes; returns how to stop. */
export function followDarkness(tell: (dark: boolean) => void): () => void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const look = (): void => tell(getComputedStyle(root).colorScheme === "dark");
  const own = new MutationObserver(look);
  own.observe(root, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", look);
  look();
  return () => {
    own.disconnect();
    system.removeEventListener("change", look);
  };
}
