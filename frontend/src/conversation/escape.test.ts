import { flushSync, mount, unmount } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import * as drafts from "./drafts";
import Edit from "./Edit.svelte";
import { editOf, type Item } from "./item";
import Reason from "./Reason.svelte";

const item = { convId: "q", content: "as it was" } as Item;
const oncancel = vi.fn();

function open(): HTMLTextAreaElement {
  const edit = mount(Edit, { target: document.body, props: { item, busy: false, onsave: vi.fn(), oncancel } });
  ended = () => unmount(edit);
  flushSync();
  return document.querySelector("textarea")!;
}

let ended = (): Promise<void> => Promise.resolve();
beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe = vi.fn(); disconnect = vi.fn() });
  drafts.forgetAll();
  oncancel.mockReset();
  return () => ended();
});

function write(field: HTMLTextAreaElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

const escape = (rest: KeyboardEventInit = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: "Escape", bubbles: true, ...rest });

test("Escape closes it and keeps what was written", () => {
  const field = open();
  write(field, "in other words");
  field.dispatchEvent(escape());
  expect(oncancel).toHaveBeenCalledOnce();
  expect(drafts.textOf(editOf("q"))).toBe("in other words");
});

test("the button gives it up", () => {
  write(open(), "in other words");
  document.querySelector<HTMLElement>(".quiet")!.click();
  expect(oncancel).toHaveBeenCalledOnce();
  expect(drafts.textOf(editOf("q"))).toBe("");
});

// Safari ends the composition first, and sends the key after it.
const afterComposition = (field: HTMLElement): void => {
  for (const type of ["compositionstart", "compositionend"]) field.dispatchEvent(new CompositionEvent(type, { bubbles: true }));
  field.dispatchEvent(escape());
};

test("Escape that cancels a word of an input method does not close it", () => {
  const field = open();
  field.dispatchEvent(escape({ keyCode: 229 }));
  afterComposition(field);
  expect(oncancel).not.toHaveBeenCalled();
});

test("nor does it close what asks for reasons", () => {
  const onclose = vi.fn();
  const reason = mount(Reason, { target: document.body, props: { onsend: vi.fn(), onclose } });
  ended = () => unmount(reason);
  const field = document.querySelector("textarea")!;
  field.dispatchEvent(escape({ keyCode: 229 }));
  afterComposition(field);
  expect(onclose).not.toHaveBeenCalled();
});
