import { flushSync, mount, unmount } from "svelte";
import { expect, test, vi } from "vitest";
import type { Attachment } from "../wire";
import Attachments from "./Attachments.svelte";
import * as drafts from "./drafts";
import { Files } from "./files.svelte";

test("when a file is removed, the focus goes to the next, and from the last back to the text", async () => {
  vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
  drafts.keepFiles("c", ["one", "two", "three"].map((name) => ({ id: name, name, type: "text/plain", size: 1 }) as Attachment));
  const onempty = vi.fn();
  const component = mount(Attachments, { target: document.body, props: { files: new Files("c"), blind: false, onempty } });
  flushSync();
  const focused = (): string | null | undefined => document.activeElement?.closest("li")?.querySelector(".name")?.textContent;
  const remove = async (name: string, next: string | undefined): Promise<void> => {
    const button = document.querySelector<HTMLElement>(`[title="${name}"]`)!.closest("li")!.querySelector<HTMLElement>(".remove")!;
    button.focus();
    button.click();
    await vi.waitFor(() => expect(focused()).toBe(next));
  };
  await remove("two", "three");
  await remove("three", "one");
  expect(onempty).not.toHaveBeenCalled();
  await remove("one", undefined);
  expect(onempty).toHaveBeenCalledOnce();
  await unmount(component);
});
