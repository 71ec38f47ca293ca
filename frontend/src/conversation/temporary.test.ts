import { afterEach, expect, test, vi } from "vitest";
import { surroundings } from "../ui/surroundings.svelte";
import type { Conversation } from "./conversation.svelte";
import * as temporary from "./temporary";

const chat = { id: "c", terms: { now: { temporary: true } } } as Conversation;

afterEach(() => {
  surroundings.signedOut = false;
});

test("a temporary chat ends with its page, unless the page loads itself anew after a sign-in elsewhere", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, { method }: RequestInit) => {
    asked.push(`${method} ${url}`);
    return new Response(JSON.stringify({ accessToken: "t", expiresIn: 600, user: "" }));
  });
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  const end = async (): Promise<number> => {
    temporary.end(chat);
    await new Promise((resolve) => setTimeout(resolve));
    return asked.filter((one) => one === "DELETE /api/conversations/c").length;
  };
  expect(await end()).toBe(1);
  surroundings.signedOut = true;
  dispatchEvent(new Event("focus"));
  await vi.waitFor(() => expect(reload).toHaveBeenCalled());
  expect(await end()).toBe(1);
});
