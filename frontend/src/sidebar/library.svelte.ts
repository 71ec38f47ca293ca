/** All lists of the user's conversations, how they follow what happens elsewhere, and what can be done to a conversation. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "../api";
import { ApiError } from "../errors";
import { ofUser } from "../session";
import { forBrowser } from "../ui/store";
import { surroundings } from "../ui/surroundings.svelte";
import type { ConversationRow, Folder, Hint } from "../wire";
import { ConversationList, isOlder } from "./list.svelte";

const STALE = 40902;
/** Folders that stand open, in this browser. */
const OPEN = ofUser("folders");

export class Library {
  readonly plain = new ConversationList(
    {},
    ({ archived, temporary, pinned, folder }) => !archived && !temporary && !pinned && folder === null,
    (rows) => (this.pinned = rows),
  );
  readonly archive = new ConversationList({ archived: true }, ({ archived, temporary }) => archived && !temporary);
  pinned = $state.raw<readonly ConversationRow[]>([]);
  folders = $state.raw<readonly Folder[]>([]);
  /** What lies in the folders that stand open, by their ids. */
  readonly opened = new SvelteMap<string, ConversationList>();
  /** All that can be seen, from top to bottom. */
  readonly shown = $derived([
    ...this.pinned,
    ...this.folders.flatMap(({ id }) => this.opened.get(id)?.rows ?? []),
    ...this.plain.rows,
  ]);
  #archiveSeen = false;
  /** Conversations that hints told of. */
  #told = new Set<string>();
  #following = false;

  /** What is newest: most changes are seen there. */
  async refresh(): Promise<void> {
    await Promise.all(this.#lists().map((list) => list.refresh().then(() => list.settled())));
  }

  /** Everything that was loaded, anew: at the beginning, and when hints may have been missed. */
  async reload(): Promise<void> {
    await Promise.all([this.#refreshFolders(), ...this.#lists().map((list) => list.reload())]);
  }

  find(id: string | null): ConversationRow | undefined {
    if (id === null) return undefined;
    const isIt = (row: ConversationRow): boolean => row.convGroupId === id;
    return this.pinned.find(isIt) ?? this.#lists().map((list) => list.find(id)).find(Boolean);
  }

  follow(hint: Hint): void {
    if (hint.type === "folders.changed") void this.#refreshFolders();
    else void this.check(hint.convGroupId);
  }

  /** See where a conversation belongs now. Asks for the newest pages first, which most often tell. */
  async check(id: string): Promise<void> {
    this.#told.add(id);
    if (this.#following) return;
    this.#following = true;
    while (this.#told.size > 0) {
      const ids = [...this.#told];
      this.#told.clear();
      await this.refresh();
      for (const one of ids) await this.#settle(one);
    }
    this.#following = false;
  }

  async openArchive(): Promise<void> {
    this.#archiveSeen = true;
    await this.archive.reload();
  }

  // --- What can be done to a conversation ---

  async rename({ convGroupId, version }: ConversationRow, title: string): Promise<void> {
    this.place(await api.change(convGroupId, version, { title }));
  }

  /** Pin, archive, move: nobody's work is overwritten by these, so an outdated version is no reason to ask. */
  async change(row: ConversationRow, fields: Pick<api.Change, "pinned" | "archived" | "folder">): Promise<void> {
    const { convGroupId, version } = row;
    try {
      this.place(await api.change(convGroupId, version, fields));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === STALE)) throw error;
      return this.changeById(convGroupId, fields);
    }
    if (row.folder !== null || fields.folder) await this.#refreshFolders();
  }

  /** The same when nobody knows its version. */
  async changeById(id: string, fields: Pick<api.Change, "pinned" | "archived" | "folder">): Promise<void> {
    const { version } = await api.conversation(id, 1);
    this.place(await api.change(id, version, fields));
    await this.#refreshFolders();
  }

  /** It leaves the lists at once; should the server refuse, it comes back. */
  async remove(row: ConversationRow): Promise<void> {
    this.#drop(row.convGroupId);
    try {
      await api.remove(row.convGroupId);
    } catch (error) {
      // Gone already is what was wanted.
      if (error instanceof ApiError && error.status === 404) return;
      this.place(row);
      throw error;
    }
    if (row.folder !== null) await this.#refreshFolders();
  }

  async restore(id: string): Promise<void> {
    const row = await api.restore(id);
    this.place(row);
    if (row.folder !== null) await this.#refreshFolders();
  }

  /** Show it where it belongs, and nowhere else. */
  place(row: ConversationRow): void {
    for (const list of this.#lists()) list.holds(row) ? list.put(row) : list.drop(row.convGroupId);
    const others = this.pinned.filter(({ convGroupId }) => convGroupId !== row.convGroupId);
    if (row.pinned && !row.archived) this.pinned = [...others, row].sort((a, b) => (isOlder(a, b) ? 1 : -1));
    else if (others.length < this.pinned.length) this.pinned = others;
  }

  // --- Folders ---

  async createFolder(name: string): Promise<Folder> {
    const folder = await api.createFolder(name);
    await this.#refreshFolders();
    return folder;
  }

  async renameFolder(id: string, name: string): Promise<void> {
    await api.renameFolder(id, name);
    await this.#refreshFolders();
  }

  /** What lies in it goes back to the list. */
  async removeFolder(id: string): Promise<void> {
    await api.removeFolder(id);
    await this.#refreshFolders();
  }

  toggleFolder(id: string): void {
    if (!this.opened.delete(id)) this.#open(id);
    forBrowser.set(OPEN, [...this.opened.keys()].join(" "));
  }

  async #refreshFolders(): Promise<void> {
    const before = this.folders;
    try {
      this.folders = await api.folders();
    } catch (error) {
      surroundings.notice(error);
      return;
    }
    const there = new Set(this.folders.map(({ id }) => id));
    // What lay in a folder that is gone is back in the list.
    if (before.some(({ id }) => !there.has(id))) void this.plain.reload();
    for (const id of this.opened.keys()) if (!there.has(id)) this.opened.delete(id);
    for (const id of (forBrowser.get(OPEN) ?? "").split(" ")) if (there.has(id) && !this.opened.has(id)) this.#open(id);
  }

  #open(id: string): void {
    const list = new ConversationList({ folder: id }, ({ folder, archived }) => folder === id && !archived);
    this.opened.set(id, list);
    void list.refresh();
  }

  // --- Following ---

  #lists(): ConversationList[] {
    return [this.plain, ...this.opened.values(), ...(this.#archiveSeen ? [this.archive] : [])];
  }

  async #settle(id: string): Promise<void> {
    const known = this.find(id);
    const row = this.#listed(id) ?? (await this.#fetched(id));
    if (row === null) this.#drop(id);
    else if (row) this.place(row);
    if (row?.folder !== known?.folder && this.folders.length > 0) await this.#refreshFolders();
  }

  #listed(id: string): ConversationRow | undefined {
    const pinned = this.pinned.find(({ convGroupId }) => convGroupId === id);
    return pinned ?? this.#lists().map((list) => list.listed(id)).find(Boolean);
  }

  /** null: there is no such conversation; undefined: nobody could tell. */
  async #fetched(id: string): Promise<ConversationRow | null | undefined> {
    try {
      const { messages, ...row } = await api.conversation(id, 1);
      return { ...row, inProgress: messages.some(({ status }) => status === "in_progress") };
    } catch (error) {
      surroundings.notice(error);
      return error instanceof ApiError && error.status === 404 ? null : undefined;
    }
  }

  #drop(id: string): void {
    for (const list of this.#lists()) list.drop(id);
    this.pinned = this.pinned.filter(({ convGroupId }) => convGroupId !== id);
  }
}
