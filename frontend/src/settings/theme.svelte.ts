/** Light, dark, or as the system is. The server puts it into the page before the first paint; here it is changed. */

import * as api from "../api";
import { forBrowser } from "../ui/store";
import { surroundings } from "../ui/surroundings.svelte";
import type { Me } from "../wire";

export type Theme = Me["theme"];
const KEY = "theme";
const root = document.documentElement;
/** --paper of tokens.css, for the browser's own frame. */
const PAPERS = { light: "#fcfbf9", dark: "#191816" };

class Choice {
  theme = $state(read());

  constructor() {
    // The other tabs of this browser follow at once; other devices when they load the next page.
    addEventListener("storage", ({ key }) => key === KEY && this.#show(stored()));
  }

  /** Seen at once; undone if the server cannot keep it. */
  choose(theme: Theme): void {
    this.change(theme).catch((error) => surroundings.notice(error));
  }

  /** The same for who wants to know: throws what failed. */
  async change(theme: Theme): Promise<Me> {
    const before = this.theme;
    this.#keep(theme);
    try {
      return await api.changeMe({ theme });
    } catch (error) {
      this.#keep(before);
      throw error;
    }
  }

  #keep(theme: Theme): void {
    this.#show(theme);
    forBrowser.set(KEY, theme);
  }

  #show(theme: Theme): void {
    this.theme = theme;
    root.dataset.theme = theme;
    for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      const systems = meta.media.includes("dark") ? "dark" : "light";
      meta.content = PAPERS[theme === "system" ? systems : theme];
    }
  }
}

const themed = (theme: string | null | undefined): Theme => (theme === "light" || theme === "dark" ? theme : "system");
const stored = (): Theme => themed(forBrowser.get(KEY));

function read(): Theme {
  return themed(root.dataset.theme);
}

export const choice = new Choice();
