/** What was asked for here and is not confirmed: on view at once, kept until the server names it, or taken back. */

import { uuid4 } from "../ui/uuid";
import type { Attachment, Chunk, Start } from "../wire";
import { expected, isLocal, type Item, type Refusal } from "./item";
import type { Messages } from "./messages.svelte";
import * as outbox from "./outbox";
import type { Readings } from "./readings";

export class Starts {
  /** By the key of the answer: to repeat it, and to know what Stop has to take back. */
  #unsent = new Map<string, outbox.Unsent>();

  constructor(
    private readonly items: Messages,
    private readonly readings: Readings,
  ) {}

  get any(): boolean {
    return this.#unsent.size > 0;
  }

  /** The keys of their answers. */
  get answers(): string[] {
    return [...this.#unsent.keys()];
  }

  /** Whether this is one of them: by the key it is sent under. */
  has(key: string): boolean {
    return [...this.#unsent.values()].some((unsent) => unsent.key === key);
  }

  begin(body: Start, files: Attachment[] = []): void {
    const unsent = { key: uuid4(), body, at: Date.now(), ...(files.length > 0 && { files }) };
    outbox.keep(unsent);
    void this.show(unsent);
  }

  /** Resolves when its answer has ended. */
  async show(unsent: outbox.Unsent): Promise<void> {
    const items = expected(unsent.body, unsent.key, unsent.files);
    for (const item of items) this.items.put(item);
    const answer = items.at(-1)!;
    this.items.current = answer.convId;
    this.#unsent.set(answer.key, unsent);
    if (unsent.refusal) this.items.put({ ...answer, refusal: unsent.refusal });
    else await this.readings.read(answer.key, unsent);
  }

  /** Once more what was refused. */
  repeat(answer: Item, model: string | null): void {
    const start = this.#unsent.get(answer.key);
    this.drop();
    if (start) this.begin({ ...start.body, model }, start.files);
  }

  /** The first event carries the ids: the expected messages become those of the server. */
  named(answer: Item, { convId, parentConvId }: Chunk): Item {
    const question = this.items.get(answer.parentConvId ?? "");
    const named = { ...answer, convId: convId!, parentConvId: parentConvId ?? null };
    this.items.rename(answer.convId, named);
    if (question && isLocal(question)) this.items.rename(question.convId, { ...question, convId: parentConvId! });
    this.#settle(answer.key);
    return named;
  }

  /** The start of this answer was refused, which a reload must not hide. */
  refuse(answer: Item, refusal: Refusal): void {
    this.items.put({ ...answer, refusal });
    const start = this.#unsent.get(answer.key);
    if (start) outbox.keep({ ...start, refusal });
  }

  /**
   * Forget a start that the server never accepted, by the key of its answer, as a rule the one on view: the question, and
   * what it was asked with.
   */
  drop(key = this.items.last(isLocal)?.key ?? ""): { question: Item | undefined; start: Start | undefined } {
    const start = this.#unsent.get(key)?.body;
    const answer = this.items.byKey(key);
    const local = [answer, this.items.get(answer?.parentConvId ?? "")].filter((item) => item !== undefined).filter(isLocal);
    for (const item of local) {
      this.readings.abort(item.key);
      this.#settle(item.key);
      this.items.delete(item.convId);
      if (this.items.current === item.convId) this.items.current = item.parentConvId;
    }
    // An edited question or a regenerated answer stood beside others: back to what was on view before.
    if (start) this.items.current = this.items.leaf(this.items.current);
    return { question: local.find(({ role }) => role === "user"), start };
  }

  /** It needs no repetition any more. */
  #settle(key: string): void {
    const start = this.#unsent.get(key);
    if (start) outbox.forget(start.key);
    this.#unsent.delete(key);
  }
}
