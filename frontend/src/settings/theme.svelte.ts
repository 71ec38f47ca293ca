/** Light, dark, or as the system is. The page's template sets it before the first paint; here it is changed. */

import { forBrowser } from "../ui/store";

export type Theme = "system" | "light" | "dark";
const KEY = "theme";

class Choice {
  theme = $state(read());

  choose(theme: Theme): void {
    this.theme = theme;
    forBrowser.set(KEY, theme === "system" ? null : theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }
}

function read(): Theme {
  const kept = forBrowser.get(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export const choice = new Choice();
