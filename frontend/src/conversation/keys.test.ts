import { describe, expect, test } from "vitest";
import { EnterKey } from "./keys";

const keydown = (rest: Partial<KeyboardEvent> = {}, at = 1000) => ({ key: "Enter", keyCode: 13, timeStamp: at, ...rest }) as KeyboardEvent;

describe("Enter", () => {
  test("sends", () => expect(new EnterKey().sends(keydown())).toBe(true));
  test("with Ctrl or Cmd sends too", () => expect(new EnterKey().sends(keydown({ ctrlKey: true }))).toBe(true));
  test("with Shift does not: it begins a new line", () => expect(new EnterKey().sends(keydown({ shiftKey: true }))).toBe(false));
  test("is the only key that sends", () => expect(new EnterKey().sends(keydown({ key: "a" }))).toBe(false));
  test("that the browser marks as composing does not", () => expect(new EnterKey().sends(keydown({ isComposing: true }))).toBe(false));
  test("with key code 229 does not", () => expect(new EnterKey().sends(keydown({ keyCode: 229 }))).toBe(false));

  test("between the start and the end of a composition does not", () => {
    const enter = new EnterKey();
    enter.start();
    expect(enter.sends(keydown())).toBe(false);
  });

  test("right after the end of a composition does not: it is the one that confirmed the word in Safari", () => {
    const enter = new EnterKey();
    enter.start();
    enter.end(1000);
    expect(enter.sends(keydown({}, 1004))).toBe(false);
    expect(enter.sends(keydown({}, 1400))).toBe(true);
  });
});
