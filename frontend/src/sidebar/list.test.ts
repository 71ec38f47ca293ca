import { beforeEach, expect, type MockInstance, test, vi } from "vitest";
import * as api from "../api";
import { ConversationList } from "./list.svelte";

let page: MockInstance<typeof api.conversations>;
beforeEach(() => {
  page = vi.spyOn(api, "conversations");
});

test("an empty list that was loaded stays loaded when the network goes", async () => {
  page.mockResolvedValueOnce({ conversations: [], nextCursor: null }).mockRejectedValueOnce(new TypeError("no network"));
  const list = new ConversationList();
  await list.refresh();
  await list.refresh();
  expect(list.phase).toBe("ready");
});

test("a list that never came says so, until it comes", async () => {
  page.mockRejectedValueOnce(new TypeError("no network")).mockResolvedValueOnce({ conversations: [], nextCursor: null });
  const list = new ConversationList();
  await list.refresh();
  expect(list.phase).toBe("failed");
  await list.refresh();
  expect(list.phase).toBe("ready");
});
