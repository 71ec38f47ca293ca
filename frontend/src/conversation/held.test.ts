import { mount, unmount } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import * as api from "../api";
import { ApiError } from "../errors";
import type { ConversationRow, ConversationTree } from "../wire";
import type { Conversation } from "./conversation.svelte";
import { merge, save } from "./held";
import Parameters from "./Parameters.svelte";
import { type Held, Terms } from "./terms.svelte";

const plain: Held = { system: "", params: {} };
const warm: Held = { system: "", params: { temperature: 1 } };
const brief: Held = { system: "Be brief.", params: { seed: 7 } };

/** What the server has. */
let there: Held & { version: number };
let terms: Terms;
const sent = vi.fn();

const told = (): ConversationTree => ({ ...there, temporary: false }) as ConversationTree;
const elsewhere = (held: Held): void => void (there = { ...held, version: there.version + 1 });

beforeEach(() => {
  there = { ...plain, version: 1 };
  terms = new Terms(false);
  terms.adopt(told());
  sent.mockClear();
  vi.spyOn(api, "conversation").mockImplementation(async () => told());
  vi.spyOn(api, "change").mockImplementation(async (_, version, change) => {
    if (version !== there.version) throw new ApiError(40902, "");
    sent(change);
    there = { ...there, ...(change as Partial<Held>), version: version + 1 };
    return { version: there.version } as ConversationRow;
  });
});

test("what was not changed in the form is not sent", async () => {
  expect(await save("c", terms, plain, warm)).toBe(true);
  expect(sent.mock.calls).toEqual([[{ params: { temperature: 1 } }]]);
  expect(await save("c", terms, warm, warm)).toBe(true);
  expect(sent).toHaveBeenCalledTimes(1);
  expect(terms.now).toMatchObject(warm);
});

test("what another device set meanwhile stays, whether a hint told of it or not", async () => {
  elsewhere(brief);
  expect(await save("c", terms, plain, warm)).toBe(true);
  expect(there).toMatchObject({ system: "Be brief.", params: { seed: 7, temperature: 1 } });
  elsewhere({ ...brief, system: "Be long." });
  terms.adopt(told());
  expect(await save("c", terms, warm, plain)).toBe(true);
  expect(there).toMatchObject({ system: "Be long.", params: { seed: 7 } });
  expect(terms.now).toMatchObject({ system: "Be long.", params: { seed: 7 } });
});

test("what both changed is not written over, until it is applied once more", async () => {
  elsewhere(brief);
  const mine: Held = { system: "Be a pirate.", params: { temperature: 1 } };
  expect(await save("c", terms, plain, mine)).toBe(false);
  expect(there).toMatchObject(brief);
  const again = merge(plain, mine, terms.now).held;
  expect(again).toEqual({ system: "Be a pirate.", params: { seed: 7, temperature: 1 } });
  expect(await save("c", terms, terms.now, again)).toBe(true);
  expect(there).toMatchObject(again);
});

test("the same choice on both sides is none to be asked about", async () => {
  elsewhere(warm);
  expect(await save("c", terms, plain, warm)).toBe(true);
  expect(sent).not.toHaveBeenCalled();
});

test("the dialog stays open when both changed the same, with what was written in it", async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  const conversation = { id: "c", terms } as Conversation;
  const form = mount(Parameters, { target: document.body, props: { conversation, onclose: () => {} } });
  const find = <E extends Element>(what: string): E => document.querySelector<E>(`dialog ${what}`)!;
  const apply = (): void => find<HTMLButtonElement>(".primary").click();
  const field = find<HTMLTextAreaElement>("textarea");
  field.value = "Be a pirate.";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  elsewhere(brief);
  apply();
  await vi.waitFor(() => expect(find("[role=alert]").textContent).toContain("changed somewhere else"));
  expect([document.querySelector("dialog")?.open, field.value, there.system]).toEqual([true, "Be a pirate.", "Be brief."]);
  apply();
  await vi.waitFor(() => expect(there).toMatchObject({ system: "Be a pirate.", params: { seed: 7 } }));
  await unmount(form);
});
