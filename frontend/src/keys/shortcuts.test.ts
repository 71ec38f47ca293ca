import { describe, expect, test } from "vitest";
import { caps, shortcutOf, shortcuts } from "./shortcuts";

const press = (key: string, rest: KeyboardEventInit = {}): string | undefined => {
  let command: string | undefined;
  const target = document.createElement("div");
  target.addEventListener("keydown", (event) => (command = shortcutOf(event)?.command));
  target.dispatchEvent(new KeyboardEvent("keydown", { key, ...rest }));
  return command;
};

describe("a key press is a command", () => {
  test.each([
    ["palette", "k", { ctrlKey: true }],
    ["newChat", "O", { ctrlKey: true, shiftKey: true }],
    ["copyLast", "C", { ctrlKey: true, shiftKey: true }],
    ["composer", "Escape", { shiftKey: true }],
    ["composer", "/", {}],
    ["help", "?", { shiftKey: true }],
    ["previous", "ArrowUp", { altKey: true }],
  ])("%s", (command, key, rest) => expect(press(key, rest)).toBe(command));

  test("on a keyboard of another alphabet, by the place of the key", () =>
    expect(press("л", { ctrlKey: true, code: "KeyK" })).toBe("palette"));

  test("with other modifiers it is another key", () => {
    expect(press("k")).toBeUndefined();
    expect(press("c", { ctrlKey: true })).toBeUndefined();
    expect(press("K", { ctrlKey: true, shiftKey: true })).toBeUndefined();
    expect(press("ArrowUp")).toBeUndefined();
  });

  test("none while an input method is at work", () => expect(press("k", { ctrlKey: true, isComposing: true })).toBeUndefined());
});

test("a character stays one where somebody writes", () => {
  const field = document.createElement("textarea");
  let command: string | undefined;
  field.addEventListener("keydown", (event) => (command = shortcutOf(event)?.command));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "?" }));
  expect(command).toBeUndefined();
});

describe("Alt and an arrow go to the next conversation", () => {
  const pressIn = (html: string): string | undefined => {
    const place = document.createElement("div");
    place.innerHTML = html;
    let command: string | undefined;
    place.addEventListener("keydown", (event) => (command = shortcutOf(event)?.command));
    place.firstElementChild!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", altKey: true, bubbles: true }));
    return command;
  };

  test.each(["<p></p>", "<textarea></textarea>", "<input>"])("from %s", (html) => expect(pressIn(html)).toBe("next"));
  test.each(["<textarea>two paragraphs</textarea>", '<input value="words">', "<select><option value=''></select>"])("not in %s", (html) =>
    expect(pressIn(html)).toBeUndefined(),
  );
});

test("no two commands have the same keys", () => {
  const keys = shortcuts.map((one) => one.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test("keys are named as they are written on them", () => expect(caps("Mod+Shift+ArrowUp")).toEqual(["Ctrl", "Shift", "↑"]));
