/** The open conversation: its tree, what is shown of it, and the answers that are on their way. */

import { untrack } from "svelte";
import * as api from "../api";
import { ApiError } from "../errors";
import { t } from "../i18n";
import { wait } from "../stream/backoff";
import { Batch } from "../stream/batch";
import { read } from "../stream/chat";
import { announce } from "../ui/announce.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { uuid4 } from "../ui/uuid";
import type { Chunk, ConversationTree, Hint, Start, StreamEvent } from "../wire";
import { continued, expected, fromServer, isLocal, isRunning, type Item, type Link, position, type Refusal, refusalOf, take } from "./item";
import { Messages } from "./messages.svelte";
import * as outbox from "./outbox";
import { leaf } from "./tree";

/** How long Stop waits for the server to accept the start before the message is taken back. */
const STOP_PATIENCE_MS = 4000;

export interface Listener {
  /** The server has named a conversation that was new. */
  onnamed: (conversation: Conversation) => void;
  /** An answer that was followed has ended. */
  onended: () => void;
  /** The server refused what was asked for. */
  onrefused: (error: ApiError) => void;
}

export class Conversation {
  id = $state<string | null>(null);
  title = $state("");
  model = $state("");
  phase = $state<"loading" | "ready" | "missing" | "unreachable" | "broken">("ready");
  currentNode = $state<string | null>(null);
  readonly items = new Messages();
  /** Where what is shown stands: the path from the root to the current message. */
  readonly places = $derived(this.items.places(this.currentNode));
  /** The answer on its way at the end of the branch. */
  readonly running = $derived(surroundings.signedOut ? undefined : this.items.last(this.places, isRunning));

  /** Readings under way, by the key of their item. */
  #readings = new Map<string, AbortController>();
  /** What was asked for, by the key of the answer: to repeat it, and to know what Stop has to take back. */
  #starts = new Map<string, outbox.Unsent>();
  /** Rises when messages get their ids: a tree asked for earlier does not know them. */
  #namings = 0;
  /** Rises with each tree asked for: only the newest is used. */
  #asked = 0;
  /** Whether somebody looks: else nothing is followed. */
  #watched = true;
  #version = 0;

  constructor(
    id: string | null,
    private readonly listener: Listener,
  ) {
    this.id = id;
  }

  /** What the composer holds. */
  get draft(): string {
    return outbox.draftOf(this.id);
  }

  set draft(text: string) {
    outbox.keepDraft(this.id, text);
  }

  /** Whether something was written here that the server has not accepted. */
  get hasUnsent(): boolean {
    return this.#starts.size > 0;
  }

  /** What is shown. */
  get branch(): Item[] {
    return this.items.at(this.places);
  }

  /** Somebody looks: fetch the tree and follow what is on its way; again after each hint. */
  load(): Promise<void> {
    this.#watched = true;
    return this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.id === null) return;
    if (this.items.size === 0) this.phase = "loading";
    const asked = (this.#asked += 1);
    try {
      const tree = await this.#tree(this.id);
      if (asked !== this.#asked) return;
      this.#merge(tree);
      this.phase = "ready";
      if (this.#watched) this.#followBranch();
    } catch (error) {
      if (!surroundings.notice(error) && asked === this.#asked) this.#failedToLoad(error);
    }
  }

  /** Whether a hint tells what is known already, as those of one's own doing. */
  knows(hint: Hint): boolean {
    if (hint.type === "conversation.changed") return hint.version !== undefined && hint.version <= this.#version;
    const item = this.items.get(hint.convId ?? "");
    return item !== undefined && (this.#readings.has(item.key) || (hint.type === "generation.ended" && item.status !== "in_progress"));
  }

  /** Stop following while nobody looks; what is generated goes on, and load() comes back to it. */
  leave(): void {
    this.#watched = false;
    for (const [key, reading] of this.#readings) {
      const item = this.items.byKey(key);
      // A start that is not confirmed goes on: aborted, nobody would know whether it happened.
      if (item && !isLocal(item)) reading.abort();
    }
    // There is no way back to one without an id.
    if (this.id === null && this.branch.at(-1)?.refusal) this.takeBack();
  }

  /** After the page was loaded: repeat a start that the reload cut off, under its key, so that it happens once. */
  async resend(unsent: outbox.Unsent): Promise<void> {
    await this.#begin(unsent);
    // It may have happened long ago, and others have gone on from there.
    if (this.#watched) await this.#fetch();
  }

  send(request: string, model: string | null): void {
    this.takeBack();
    this.#start({ model, convGroupId: this.id, parentConvId: this.currentNode, request });
  }

  /** Another answer to the same question. */
  regenerate(answer: Item, model: string | null): void {
    if (answer.refusal) return this.#repeat(answer, model);
    this.#dropUnsent();
    this.#start({ model, convGroupId: this.id, parentConvId: answer.parentConvId, request: null });
  }

  /** More text for an answer that ended early. */
  proceed(answer: Item, model: string | null): void {
    this.#put(continued(answer));
    const body = { model, convGroupId: this.id, parentConvId: answer.convId, request: null };
    void this.#read(answer.key, { key: uuid4(), body });
  }

  /** Stop the answer on its way. What has arrived stays. */
  stop(): void {
    const item = this.running;
    if (!item || item.stopping) return;
    this.#put({ ...item, stopping: true });
    if (!isLocal(item)) void this.#cancel(item);
    else setTimeout(() => this.#giveUp(item.key), surroundings.online ? STOP_PATIENCE_MS : 0);
  }

  /** Take back what the server has not accepted: its text returns to the composer, or to that of another conversation. */
  takeBack(to = this.id): void {
    const question = this.branch.find((item) => isLocal(item) && item.role === "user");
    this.#dropUnsent();
    if (question) outbox.giveBack(to, question.content);
  }

  // --- The tree ---

  async #tree(id: string): Promise<ConversationTree> {
    const namings = this.#namings;
    const tree = await api.conversation(id);
    return namings === this.#namings ? tree : this.#tree(id);
  }

  #merge({ title, model, currentNode, messages, version }: ConversationTree): void {
    this.#version = version;
    this.title = title;
    this.model = model;
    const there = new Set(messages.map(({ convId }) => convId));
    for (const [id, item] of this.items) if (!there.has(id) && !isLocal(item)) this.items.delete(id);
    for (const message of messages) {
      const known = this.items.get(message.convId);
      // The tree leaves the text of a running answer out; what was read of it stays.
      const ours = known && (this.#readings.has(known.key) || (message.status === "in_progress" && known.status === "in_progress"));
      if (!ours) this.#put(fromServer(message, known?.key));
    }
    const pending = this.items.get(this.currentNode ?? "");
    if (pending && isLocal(pending)) return;
    this.currentNode = currentNode !== null && there.has(currentNode) ? currentNode : (leaf(this.items)?.convId ?? null);
  }

  #failedToLoad(error: unknown): void {
    if (error instanceof ApiError && (error.status === 404 || error.status === 422)) this.#clear();
    else if (this.items.size === 0) this.phase = error instanceof ApiError ? "broken" : "unreachable";
  }

  /** It was deleted, or never was there: nothing of it stays on view. What was not sent can be asked in a new one. */
  #clear(): void {
    this.takeBack(null);
    this.leave();
    this.items.clear();
    this.currentNode = null;
    this.phase = "missing";
  }

  #put(item: Item): void {
    this.items.set(item.convId, item);
  }

  #link(key: string, link: Link | undefined): void {
    const item = this.items.byKey(key);
    if (item && item.link !== link) this.#put({ ...item, link });
  }

  // --- Starting ---

  #start(body: Start): void {
    const unsent = { key: uuid4(), body, at: Date.now() };
    outbox.keep(unsent);
    void this.#begin(unsent);
  }

  async #begin(unsent: outbox.Unsent): Promise<void> {
    const items = expected(unsent.body, unsent.key);
    for (const item of items) this.#put(item);
    const answer = items.at(-1)!;
    this.currentNode = answer.convId;
    this.#starts.set(answer.key, unsent);
    if (unsent.refusal) this.#put({ ...answer, refusal: unsent.refusal });
    else await this.#read(answer.key, unsent);
  }

  #repeat(answer: Item, model: string | null): void {
    const start = this.#starts.get(answer.key);
    this.#dropUnsent();
    if (start) this.#start({ ...start.body, model });
  }

  /** The start of this answer needs no repetition any more. */
  #settle(key: string): void {
    const start = this.#starts.get(key);
    if (start) outbox.forget(start.key);
    this.#starts.delete(key);
  }

  /** The start of this answer was refused, which a reload must not hide. */
  #refuse(item: Item, refusal: Refusal): void {
    this.#put({ ...item, refusal });
    const start = this.#starts.get(item.key);
    if (start) outbox.keep({ ...start, refusal });
    if (this.id === null && !this.#watched) this.takeBack();
  }

  /** Forget messages that the server never accepted. */
  #dropUnsent(): void {
    for (const item of this.branch.filter(isLocal).reverse()) {
      this.#readings.get(item.key)?.abort();
      this.#settle(item.key);
      this.items.delete(item.convId);
      if (this.currentNode === item.convId) this.currentNode = item.parentConvId;
    }
    // A regenerated answer hung below its question; what was shown before is the newest there.
    if (this.currentNode !== null) this.currentNode = leaf(this.items, this.items.get(this.currentNode))?.convId ?? null;
  }

  // --- Reading ---

  #followBranch(): void {
    for (const item of this.branch) {
      if (item.status === "in_progress" && !isLocal(item) && !this.#readings.has(item.key)) void this.#read(item.key);
    }
  }

  /** Read one answer until it ends or nobody looks any more. */
  async #read(key: string, start?: { key: string; body: Start }): Promise<void> {
    const reading = new AbortController();
    this.#readings.set(key, reading);
    const from = untrack(() => position(this.items.byKey(key)!));
    if (!start) this.#link(key, "reading");
    const batch = new Batch<StreamEvent>((events) => this.#take(key, events));
    try {
      const outcome = await read({
        ...(start && { start }),
        ...(from && { from }),
        signal: reading.signal,
        onevent: (event) => batch.push(event),
        onlost: (lost) => this.#link(key, lost ? "lost" : "reading"),
        rest: () => batch.rest(),
      });
      batch.flush();
      if (outcome === "ended") this.#ended(key);
      if (outcome === "gone") this.#loadAfterReading(key);
    } catch (error) {
      batch.flush();
      this.#refused(key, error);
    } finally {
      // Another reading of the same answer may have begun meanwhile.
      if (this.#readings.get(key) === reading) {
        this.#readings.delete(key);
        this.#link(key, undefined);
      }
    }
  }

  #take(key: string, events: StreamEvent[]): void {
    const item = this.items.byKey(key);
    if (!item) return;
    const named = isLocal(item) ? this.#named(item, JSON.parse(events[0]!.data) as Chunk) : item;
    this.#put(take(named, events));
    if (named === item) return;
    if (named.stopping) void this.#cancel(named);
    if (!this.#watched) this.#readings.get(key)?.abort();
  }

  /** The first event carries the ids: the expected messages become those of the server. */
  #named(answer: Item, { convId, convGroupId, parentConvId }: Chunk): Item {
    const question = this.items.get(answer.parentConvId ?? "");
    const named = { ...answer, convId: convId!, parentConvId: parentConvId ?? null };
    this.#namings += 1;
    this.items.delete(answer.convId);
    this.#put(named);
    if (question && isLocal(question)) {
      this.items.delete(question.convId);
      this.#put({ ...question, convId: parentConvId! });
    }
    if (this.currentNode === answer.convId) this.currentNode = named.convId;
    this.#settle(answer.key);
    if (this.#watched) announce(t("answerStarted"));
    if (this.id === null) {
      if (this.#watched) outbox.moveNewDraft(convGroupId!);
      this.id = convGroupId!;
      this.listener.onnamed(this);
    }
    return named;
  }

  #ended(key: string): void {
    const status = this.items.byKey(key)?.status;
    announce(t(status === "completed" ? "answerEnded" : status === "cancelled" ? "answerStopped" : "answerBroken"));
    this.listener.onended();
  }

  /** Not before the reading is over: as long as it is not, what it read counts as newer than the tree. */
  #loadAfterReading(key: string, problem?: Refusal): void {
    setTimeout(async () => {
      await this.#fetch();
      const item = this.items.byKey(key);
      if (problem && item && item.status !== "in_progress") this.#put({ ...item, problem });
      this.listener.onended();
    });
  }

  #refused(key: string, error: unknown): void {
    const item = this.items.byKey(key);
    const out = surroundings.notice(error);
    if (!item) return;
    if (out && isLocal(item)) return this.takeBack();
    if (!(error instanceof ApiError)) {
      if (!out) throw error;
      return;
    }
    this.listener.onrefused(error);
    if (isLocal(item)) this.#refuse(item, refusalOf(error));
    else this.#loadAfterReading(key, refusalOf(error));
  }

  // --- Stopping ---

  /**
   * Tell the server until the end is there: a Stop that is lost lets the answer go on, and be paid for. Once is enough
   * when nobody reads on, so that the end would never be seen.
   */
  async #cancel({ key, convId }: Item): Promise<void> {
    for (let failures = 1; this.items.byKey(key)?.stopping; failures += 1) {
      try {
        await api.cancel(convId);
        if (!this.#readings.has(key)) return this.#goOn(key);
      } catch (error) {
        if (surroundings.notice(error)) return;
        if (error instanceof ApiError && error.status < 500) return this.#goOn(key);
      }
      await wait(failures);
    }
  }

  /** The server did not stop the answer, or nobody sees that it did: Stop can be pressed again. */
  #goOn(key: string): void {
    const item = this.items.byKey(key);
    if (item) this.#put({ ...item, stopping: undefined });
  }

  /** Stop was pressed before the server accepted the start, and nothing came of either: take the message back. */
  #giveUp(key: string): void {
    const item = this.items.byKey(key);
    if (item?.stopping && isLocal(item)) this.takeBack();
  }
}
