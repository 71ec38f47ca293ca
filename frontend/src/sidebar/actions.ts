/** What the menu of a conversation does, what a person is told of it, and the way back. */

import { ApiError } from "../errors";
import { errorText, t } from "../i18n";
import { route } from "../route.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { toast } from "../ui/toast.svelte";
import type { ConversationRow } from "../wire";
import type { Library } from "./library.svelte";

export const titleOf = ({ title }: ConversationRow): string => title || t("untitled");

export class Actions {
  constructor(
    private readonly library: Library,
    /** The conversation is not in the lists any more. */
    private readonly onremoved: (id: string) => void,
  ) {}

  /** Do it, or say why it could not be done. Returns whether it was. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (surroundings.notice(error)) return false;
      const stale = error instanceof ApiError && error.code === 40902;
      const reason = error instanceof ApiError ? errorText(error.code, error.message) : t("unreachable");
      toast(stale ? t("changedElsewhere") : t("notDone", { reason }));
      if (stale) void this.library.refresh();
      return false;
    }
  }

  rename(row: ConversationRow, title: string): Promise<boolean> {
    return this.attempt(() => this.library.rename(row, title));
  }

  pin(row: ConversationRow): Promise<boolean> {
    return this.attempt(() => this.library.change(row, { pinned: !row.pinned }));
  }

  /** Dropped on a folder, or on the list, where nothing is pinned. */
  async put(row: ConversationRow, folder: string | null): Promise<void> {
    if (row.pinned && folder === null) return void (await this.pin(row));
    await this.move(row, folder);
  }

  /** `folder` null takes it out of its folder. */
  async move(row: ConversationRow, folder: string | null): Promise<void> {
    if (row.folder === folder) return;
    if (!(await this.attempt(() => this.library.change(row, { folder })))) return;
    const name = this.library.folders.find(({ id }) => id === folder)?.name;
    const text = name === undefined ? t("movedOut") : t("movedTo", { folder: name });
    toast(text, this.#undo(() => this.#again(row.convGroupId, { folder: row.folder })));
  }

  async archive(row: ConversationRow): Promise<void> {
    const id = row.convGroupId;
    const open = route.id === id;
    if (!(await this.attempt(() => this.library.change(row, { archived: !row.archived })))) return;
    if (row.archived) return toast(t("unarchived", { title: titleOf(row) }));
    this.onremoved(id);
    toast(t("archived", { title: titleOf(row) }), this.#undo(() => this.#again(id, { archived: false }), open ? id : null));
  }

  async remove(row: ConversationRow): Promise<void> {
    const id = row.convGroupId;
    const open = route.id === id;
    const removed = this.attempt(() => this.library.remove(row));
    this.onremoved(id);
    if (!(await removed)) return;
    toast(t("removed", { title: titleOf(row) }), this.#undo(() => this.library.restore(id), open ? id : null));
  }

  /** The newest row, changed back. */
  #again(id: string, fields: Parameters<Library["change"]>[1]): Promise<void> {
    return this.library.changeById(id, fields);
  }

  /** `reopen`: what was on view before. */
  #undo(action: () => Promise<void>, reopen: string | null = null): { word: string; run: () => void } {
    const run = async (): Promise<void> => {
      if ((await this.attempt(action)) && reopen !== null) route.go(reopen);
    };
    return { word: t("undo"), run: () => void run() };
  }
}
