import { beforeEach, expect, test } from "vitest";
import * as outbox from "./outbox";

const body = { model: "m", convGroupId: null, parentConvId: null, request: "hi" };

function signIn(user: string): void {
  document.head.innerHTML = `<meta name="user" content="${user}">`;
}

beforeEach(() => {
  sessionStorage.clear();
  signIn("alice");
});

test("what is kept is there again, and gone once it is forgotten", () => {
  outbox.keep({ key: "k", body });
  expect(outbox.waiting(null)).toEqual({ key: "k", body });
  outbox.forget({ key: "k", body });
  expect(outbox.waiting(null)).toBeNull();
});

test("who signs in next in this tab sees nothing of it", () => {
  outbox.keep({ key: "k", body });
  outbox.keepDraft(null, "a secret");
  signIn("bob");
  expect([outbox.waiting(null), outbox.draftOf(null)]).toEqual([null, ""]);
  signIn("alice");
  expect(outbox.draftOf(null)).toBe("a secret");
});

test("signing out leaves nothing", () => {
  outbox.keepDraft("c", "a secret");
  outbox.forgetAll();
  expect(sessionStorage).toHaveLength(0);
});

test("of two new conversations, the first that is safe leaves what the second has kept", () => {
  outbox.keep({ key: "first", body });
  outbox.keep({ key: "second", body });
  outbox.keepDraft(null, "of the second");
  outbox.forget({ key: "first", body });
  outbox.dropNewDraft("");
  expect(outbox.waiting(null)?.key).toBe("second");
  expect(outbox.draftOf(null)).toBe("of the second");
});
