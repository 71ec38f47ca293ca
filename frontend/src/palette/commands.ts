/** What the palette can do, by name. */

import { t } from "../i18n";
import { caps, type Command, shortcuts } from "../keys/shortcuts";
import { choice, type Theme } from "../settings/theme.svelte";
import type { IconName } from "../ui/icons";

export interface Action {
  id: string;
  icon: IconName;
  name: string;
  /** What stands on its keys. */
  keys: string[];
  run: () => void;
}

const THEMES: [Theme, IconName, string][] = [
  ["light", "light", t("themeLight")],
  ["dark", "dark", t("themeDark")],
  ["system", "system", t("themeSystem")],
];

export function actions(run: (command: Command) => void, temporary: () => void): Action[] {
  const command = (id: Command, icon: IconName): Action => {
    const { keys, word } = shortcuts.find((one) => one.command === id)!;
    return { id, icon, name: t(word), keys: caps(keys), run: () => run(id) };
  };
  return [
    command("newChat", "newChat"),
    { id: "temporary", icon: "ghost", name: t("temporaryChat"), keys: [], run: temporary },
    command("copyLast", "copy"),
    command("sidebar", "panel"),
    ...THEMES.filter(([theme]) => theme !== choice.theme).map(
      ([theme, icon, word]): Action => ({
        ...{ id: `theme:${theme}`, icon, name: t("themeTo", { theme: word }), keys: [] },
        run: () => choice.choose(theme),
      }),
    ),
    command("help", "keyboard"),
  ];
}

/** Every word of the query begins a word of the name, or, in scripts without spaces, stands in it. */
export function matches(name: string, query: string): boolean {
  const text = name.toLocaleLowerCase();
  return query.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}
