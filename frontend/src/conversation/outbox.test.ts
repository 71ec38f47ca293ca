import { beforeEach, expect, test } from "vitest";
import * as outbox from "./outbox";

const start = (key: string, convGroupId: string | null = null, at = 0): outbox.Unsent => ({
  ...{ key, at },
  body: { model: "m", convGroupId, parentConvId: null, request: "hi" },
});

function signIn(user: string): void {
  document.head.innerHTML = `<meta name="user" content="${user}">`;
}

beforeEach(() => {
  outbox.forgetAll();
  signIn("alice");
});

test("what is kept is there again, and gone once it is forgotten", () => {
  outbox.keep(start("k"));
  expect(outbox.waiting()).toEqual([start("k")]);
  outbox.forget("k");
  expect(outbox.waiting()).toEqual([]);
});

test("no start takes the place of another, of its own conversation or of others", () => {
  for (const unsent of [start("a", "c", 1), start("b", "c", 2), start("new", null, 3), start("newer", null, 4)]) outbox.keep(unsent);
  outbox.forget("new");
  expect(outbox.waiting().map(({ key }) => key)).toEqual(["newer", "b", "a"]);
});

test("who signs in next in this tab sees nothing of it", () => {
  outbox.keep(start("k"));
  outbox.keepDraft(null, "a secret");
  signIn("bob");
  expect([outbox.waiting(), outbox.draftOf(null)]).toEqual([[], ""]);
  signIn("alice");
  expect(outbox.draftOf(null)).toBe("a secret");
});

test("signing out leaves nothing", () => {
  outbox.keepDraft("c", "a secret");
  outbox.forgetAll();
  expect([sessionStorage.length, outbox.draftOf("c")]).toEqual([0, ""]);
});

test("what comes back stands before what was written since", () => {
  outbox.keepDraft("c", "written since");
  outbox.giveBack("c", "not sent");
  expect(outbox.draftOf("c")).toBe("not sent\n\nwritten since");
});
