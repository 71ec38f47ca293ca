/** What the sidebar shows, from top to bottom. */

import { t } from "../i18n";
import { byAge } from "./ages";
import type { Section } from "./layout";
import type { Library } from "./library.svelte";
import type { ConversationList } from "./list.svelte";

export function sectionsOf(library: Library, now: Date): Section[] {
  const { pinned, plain, folders } = library;
  const some = pinned.length > 0 || plain.rows.length > 0 || folders.length > 0;
  return [
    ...(pinned.length > 0 ? [{ ...section("pinned", t("pinned"), pinned), becomes: { pinned: true } as const }] : []),
    ...(some ? [{ ...section("folders", t("folders"), []), kind: "folders" as const }] : []),
    ...folders.map((folder): Section => {
      const list = library.opened.get(folder.id);
      const key = `folder:${folder.id}`;
      return { key, kind: "folder", heading: folder.name, rows: list?.rows ?? [], list, folder, becomes: { folder: folder.id } };
    }),
    ...ageSections(plain, now).map((age) => ({ ...age, becomes: { folder: null } })),
  ];
}

/** A list by age. Its next page goes on below the last one. */
export function ageSections(list: ConversationList, now: Date): Section[] {
  const ages = byAge(list.rows, now);
  return ages.map(({ key, heading, rows }, at) => ({
    ...section(key, heading, rows),
    list: at === ages.length - 1 ? list : undefined,
  }));
}

const section = (key: string, heading: string, rows: Section["rows"]): Section => ({ key, kind: "heading", heading, rows });
