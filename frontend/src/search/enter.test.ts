import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as api from "../api";
import Palette from "../palette/Palette.svelte";
import { route } from "../route.svelte";
import type { Library } from "../sidebar/library.svelte";
import type { Hit, HitPage } from "../wire";
import Field from "./Field.svelte";
import Results from "./Results.svelte";
import { Search } from "./search.svelte";

const page = (convId: string): HitPage => ({
  hits: [{ convGroupId: "c", title: "", convId, role: "user", snippet: [], archived: false, created: "2026-01-01T00:00:00Z" } satisfies Hit],
  nextCursor: null,
  indexing: false,
});

/** Searches that were asked for, by their words; each is answered when the test says so. */
let answers: Record<string, (page: HitPage) => void>;
let gone: (string | null)[];
let parts: Record<string, unknown>[];

beforeEach(() => {
  [answers, gone, parts] = [{}, [], []];
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  vi.spyOn(api, "search").mockImplementation((query) => new Promise((resolve) => (answers[query] = resolve)));
  vi.spyOn(route, "go").mockImplementation((_, message = null) => void gone.push(message));
});
afterEach(async () => {
  for (const part of parts.splice(0)) await unmount(part);
});

function palette(): void {
  const props = { library: { shown: [] } as unknown as Library, run: vi.fn(), temporary: vi.fn(), onclose: vi.fn() };
  parts.push(mount(Palette, { target: document.body, props }));
}

function sidebar(): void {
  const target = document.createElement("nav");
  document.body.append(target);
  const props = { search: new Search() };
  parts.push(mount(Field, { target, props }), mount(Results, { target, props }));
}

function type(text: string): void {
  const field = document.querySelector("input")!;
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  flushSync();
}

const press = (key: string): void => {
  document.querySelector("input")!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
};

async function answer(query: string): Promise<void> {
  await vi.waitFor(() => expect(answers[query]).toBeDefined());
  answers[query]!(page(query));
}

test.each([
  ["sidebar", sidebar],
  ["palette", palette],
])("in the %s, Enter opens what was typed, and waits for it", async (_, show) => {
  show();
  type("port");
  press("Enter");
  await answer("port");
  await vi.waitFor(() => expect(gone).toEqual(["port"]));
  type("ports");
  press("Enter");
  expect(gone).toEqual(["port"]);
  await answer("ports");
  await vi.waitFor(() => expect(gone).toEqual(["port", "ports"]));
});

test("a palette that closes gives up what it asked: nothing is said of it any more", async () => {
  palette();
  type("port");
  await vi.waitFor(() => expect(answers["port"]).toBeDefined());
  await unmount(parts.pop()!);
  expect(vi.mocked(api.search).mock.lastCall?.[2]?.aborted).toBe(true);
});
