import { flushSync, mount, unmount } from "svelte";
import { expect, test, vi } from "vitest";
import type { ConversationRow } from "../wire";
import { Actions } from "./actions";
import type { Library } from "./library.svelte";
import Row from "./Row.svelte";

const row = (title: string): ConversationRow => ({ convGroupId: "c", title, updated: "2026-01-01T00:00:00Z" }) as ConversationRow;

/** A row that is being renamed; its title can change meanwhile. */
function renaming(before: string) {
  const actions = new Actions({} as Library, vi.fn());
  const rename = vi.spyOn(actions, "rename").mockResolvedValue(true);
  const nothing = { current: false, tabindex: 0, onrename: vi.fn(), onmove: vi.fn(), onremove: vi.fn() };
  const props = $state({ ...nothing, row: row(before), actions, renaming: true });
  const component = mount(Row, { target: document.body, props });
  const field = document.querySelector("input")!;
  const titled = (title: string): void => {
    props.row = row(title);
    flushSync();
  };
  return { field, rename, titled, end: () => unmount(component) };
}

test("a title that comes meanwhile does not overwrite the one that is typed", async () => {
  const { field, rename, titled, end } = renaming("");
  field.value = "mine";
  titled("of the model");
  expect(field.value).toBe("mine");
  field.dispatchEvent(new FocusEvent("blur"));
  expect(rename).toHaveBeenCalledWith(expect.objectContaining({ convGroupId: "c" }), "mine");
  await end();
});

test("and stays when nothing was typed", async () => {
  const { field, rename, titled, end } = renaming("before");
  expect(field.value).toBe("before");
  titled("of the model");
  field.dispatchEvent(new FocusEvent("blur"));
  expect(rename).not.toHaveBeenCalled();
  await end();
});
