/** What the palette can do, by name. */

import * as api from "../api";
import { language } from "../i18n";
import { t } from "../i18n/later";
import { caps, type Command, shortcuts } from "../keys/shortcuts";
import { route } from "../route.svelte";
import { choice, type Theme } from "../settings/theme.svelte";
import type { IconName } from "../ui/icons";
import { reload } from "../ui/reload";
import { surroundings } from "../ui/surroundings.svelte";
import { toast } from "../ui/toast.svelte";

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

const LANGUAGES = [
  ["en", "en", "English"],
  ["zh-Hans", "zh-hans", "简体中文"],
] as const;

/** All words of the page are of one language: it is loaded anew. */
async function speak(language: string): Promise<void> {
  try {
    await api.changeMe({ language });
    reload();
  } catch (error) {
    if (!surroundings.notice(error)) toast(t("notDone", { reason: t("unreachable") }));
  }
}

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
    { id: "settings", icon: "settings", name: t("settings"), keys: [], run: () => route.toSettings() },
    ...THEMES.filter(([theme]) => theme !== choice.theme).map(
      ([theme, icon, word]): Action => ({
        ...{ id: `theme:${theme}`, icon, name: t("themeTo", { theme: word }), keys: [] },
        run: () => choice.choose(theme),
      }),
    ),
    ...LANGUAGES.filter(([code]) => code !== language).map(
      ([code, wanted, name]): Action => ({
        ...{ id: `language:${code}`, icon: "language", name: t("languageTo", { language: name }), keys: [] },
        run: () => void speak(wanted),
      }),
    ),
    command("help", "keyboard"),
  ];
}

/** Every word of the query stands in the name. */
export function matches(name: string, query: string): boolean {
  const text = name.toLocaleLowerCase();
  return query.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}
