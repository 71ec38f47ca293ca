import { beforeEach, expect, type MockInstance, test, vi } from "vitest";
import * as api from "../api";
import { ApiError } from "../errors";
import type { ConversationRow, ConversationTree } from "../wire";
import { Library } from "./library.svelte";

const row = (id: string, fields: Partial<ConversationRow> = {}): ConversationRow => ({
  ...{ convGroupId: id, title: id, model: "", pinned: false, archived: false, temporary: false, folder: null, version: 1 },
  ...{ created: "2026-01-01T00:00:00Z", updated: "2026-01-01T00:00:00Z", inProgress: false, ...fields },
});

/** What the server has. */
let there: ConversationRow[];
let tree: MockInstance<typeof api.conversation>;
let library: Library;

beforeEach(async () => {
  there = [];
  vi.spyOn(api, "folders").mockImplementation(async () => [{ id: "f", name: "Folder", count: there.filter((one) => one.folder === "f").length }]);
  vi.spyOn(api, "conversations").mockImplementation(async ({ folder, archived } = {}) => ({
    pinned: there.filter((one) => one.pinned),
    conversations: there.filter((one) => (folder ? one.folder === folder : archived ? one.archived : !one.archived && !one.pinned && !one.folder)),
    nextCursor: null,
  }));
  tree = vi.spyOn(api, "conversation").mockRejectedValue(new ApiError(40400, ""));
  library = new Library();
});

const plain = (): string[] => library.plain.rows.map(({ convGroupId }) => convGroupId);

test("a hint of one in the newest page costs nothing more than that page", async () => {
  there = [row("a")];
  await library.check("a");
  expect(plain()).toEqual(["a"]);
  expect(tree).not.toHaveBeenCalled();
});

test("one that was deleted elsewhere is gone, wherever it stood", async () => {
  there = [row("a"), row("p", { pinned: true })];
  await library.reload();
  there = [];
  await library.check("a");
  await library.check("p");
  expect([plain(), library.pinned]).toEqual([[], []]);
});

test("one that was put into a folder elsewhere leaves the list, and the folder counts it", async () => {
  there = [row("a"), row("b")];
  await library.reload();
  there = [row("a", { folder: "f", version: 2 }), row("b")];
  tree.mockResolvedValueOnce({ ...there[0]!, messages: [] } as unknown as ConversationTree);
  await library.check("a");
  expect(plain()).toEqual(["b"]);
  expect(library.folders[0]?.count).toBe(1);
});

test("what lies in a folder is shown when it stands open", async () => {
  there = [row("a", { folder: "f" }), row("b")];
  await library.reload();
  library.toggleFolder("f");
  await library.refresh();
  expect(library.shown.map(({ convGroupId }) => convGroupId)).toEqual(["a", "b"]);
  library.toggleFolder("f");
  expect(library.shown.map(({ convGroupId }) => convGroupId)).toEqual(["b"]);
});

test("a temporary chat is in no list", () => {
  library.place(row("t", { temporary: true }));
  expect(library.shown).toEqual([]);
});

test("one that cannot be deleted comes back", async () => {
  there = [row("a")];
  await library.reload();
  vi.spyOn(api, "remove").mockRejectedValueOnce(new TypeError("no network"));
  const removing = library.remove(library.find("a")!);
  expect(plain()).toEqual([]);
  await expect(removing).rejects.toThrow();
  expect(plain()).toEqual(["a"]);
});

test("pinning needs no newest version: what is stale is asked for", async () => {
  there = [row("a")];
  await library.reload();
  tree.mockResolvedValueOnce({ ...row("a", { version: 7 }), messages: [] } as unknown as ConversationTree);
  const change = vi.spyOn(api, "change").mockRejectedValueOnce(new ApiError(40902, ""));
  change.mockResolvedValueOnce(row("a", { version: 8, pinned: true }));
  await library.change(library.find("a")!, { pinned: true });
  expect(change).toHaveBeenLastCalledWith("a", 7, { pinned: true });
  expect([plain(), library.pinned.length]).toEqual([[], 1]);
});
