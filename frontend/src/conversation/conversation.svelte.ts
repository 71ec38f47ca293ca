/** The open conversation: its tree, what is shown of it, and the answers that are on their way. */

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import * as api from "../api";
import { ApiError } from "../errors";
import { t } from "../i18n";
import { Batch } from "../stream/batch";
import { read } from "../stream/chat";
import { announce } from "../ui/announce.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { uuid4 } from "../ui/uuid";
import type { Chunk, ConversationTree, Hint, Start, StreamEvent } from "../wire";
import { expected, fromServer, isLocal, type Item, type Link, position, take } from "./item";
import * as outbox from "./outbox";
import { branch, leaf } from "./tree";

/** How long Stop waits for the server before it just stops reading. */
const STOP_PATIENCE_MS = 4000;

export class Conversation {
  id = $state<string | null>(null);
  title = $state("");
  model = $state("");
  phase = $state<"loading" | "ready" | "missing" | "unreachable" | "broken">("ready");
  currentNode = $state<string | null>(null);
  /** What the composer holds. */
  draft = $state("");
  readonly items = new SvelteMap<string, Item>();
  /** What is shown: the path from the root to the current message. */
  readonly branch = $derived(branch(this.items, this.currentNode));
  /** The answer on its way at the end of the branch. */
  readonly running = $derived(this.branch.findLast(({ status, refusal }) => status === "in_progress" && !refusal));

  /** Readings under way, by the key of their item. */
  #readings = new Map<string, AbortController>();
  /** What was asked for, by the key of the answer: to repeat it, and to know what Stop has to take back. */
  #starts = new Map<string, Start>();
  /** Rises when messages get their ids: a tree asked for earlier does not know them. */
  #namings = 0;
  #version = 0;

  constructor(
    id: string | null,
    /** Called when the server has named a conversation that was new. */
    private readonly onnamed: (conversation: Conversation) => void,
  ) {
    this.id = id;
    this.draft = outbox.draftOf(id);
  }

  /** Fetch the tree and follow what is on its way; again after each hint. */
  async load(): Promise<void> {
    if (this.id === null) return;
    if (this.items.size === 0) this.phase = "loading";
    try {
      this.#merge(await this.#tree(this.id));
      this.phase = "ready";
      this.#followBranch();
    } catch (error) {
      if (!surroundings.notice(error)) this.#failedToLoad(error);
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
    for (const [key, reading] of this.#readings) {
      const item = this.#item(key);
      // A start that is not confirmed goes on: aborted, nobody would know whether it happened.
      if (item && !isLocal(item)) reading.abort();
    }
  }

  /** Once after the page was loaded: repeat a start that the reload cut off, under its key, so that it happens once. */
  resend(): void {
    const unsent = outbox.waiting(this.id);
    if (unsent) this.#start(unsent.body, unsent.key);
  }

  send(request: string, model: string | null): void {
    this.#dropUnsent();
    this.#start({ model, convGroupId: this.id, parentConvId: this.currentNode, request });
  }

  /** Another answer to the same question. */
  regenerate(answer: Item, model: string | null): void {
    if (answer.refusal) return this.#repeat(answer, model);
    this.#dropUnsent();
    this.#start({ model, convGroupId: this.id, parentConvId: answer.parentConvId, request: null });
  }

  /** More text for an answer that ended early. */
  proceed(answer: Item): void {
    this.#put({ ...answer, status: "in_progress", error: null, finishReason: null, link: "sending" });
    const body = { model: answer.model, convGroupId: this.id, parentConvId: answer.convId, request: null };
    void this.#read(answer.key, { key: uuid4(), body });
  }

  /** Stop the answer on its way. What has arrived stays. */
  async stop(): Promise<void> {
    const item = this.running;
    if (!item || item.stopping) return;
    this.#put({ ...item, stopping: true });
    setTimeout(() => this.#giveUp(item.key), surroundings.online ? STOP_PATIENCE_MS : 0);
    if (!isLocal(item)) await this.#cancel(item.convId);
  }

  /** Take back a message that was refused: its text returns to the composer. */
  takeBack(answer: Item): void {
    const question = this.items.get(answer.parentConvId ?? "");
    this.#dropUnsent();
    if (question && isLocal(question)) this.draft = [question.content, this.draft].filter(Boolean).join("\n\n");
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
      if (!ours) this.items.set(message.convId, fromServer(message, known?.key));
    }
    const pending = this.items.get(this.currentNode ?? "");
    if (pending && isLocal(pending)) return;
    this.currentNode = currentNode !== null && there.has(currentNode) ? currentNode : (leaf(this.items)?.convId ?? null);
  }

  #failedToLoad(error: unknown): void {
    if (!(error instanceof ApiError)) this.phase = "unreachable";
    else this.phase = error.status === 404 || error.status === 422 ? "missing" : "broken";
  }

  #item(key: string): Item | undefined {
    return [...this.items.values()].find((item) => item.key === key);
  }

  #put(item: Item): void {
    this.items.set(item.convId, item);
  }

  #link(key: string, link: Link | undefined): void {
    const item = this.#item(key);
    if (item && item.link !== link) this.#put({ ...item, link });
  }

  // --- Starting ---

  #start(body: Start, key = uuid4()): void {
    const items = expected(body, key);
    for (const item of items) this.#put(item);
    const answer = items.at(-1)!;
    this.currentNode = answer.convId;
    this.#starts.set(answer.key, body);
    outbox.keep({ key, body });
    void this.#read(answer.key, { key, body });
  }

  #repeat(answer: Item, model: string | null): void {
    const start = this.#starts.get(answer.key);
    this.#dropUnsent();
    if (start) this.#start({ ...start, model });
  }

  /** Forget messages that the server never accepted. */
  #dropUnsent(): void {
    for (const item of this.branch.filter(isLocal).reverse()) {
      this.#readings.get(item.key)?.abort();
      this.#starts.delete(item.key);
      this.items.delete(item.convId);
      if (this.currentNode === item.convId) this.currentNode = item.parentConvId;
    }
    outbox.forget(this.id);
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
    const from = untrack(() => position(this.#item(key)!));
    const batch = new Batch<StreamEvent>((events) => this.#take(key, events));
    try {
      const outcome = await read({
        ...(start && { start }),
        ...(from && { from }),
        signal: reading.signal,
        onevent: (event) => batch.push(event),
        onlost: (lost) => this.#link(key, lost ? "lost" : "reading"),
      });
      batch.flush();
      if (outcome === "ended") this.#ended(key);
      if (outcome === "gone") setTimeout(() => void this.load());
    } catch (error) {
      batch.flush();
      this.#refused(key, error);
    } finally {
      if (this.#readings.get(key) === reading) this.#readings.delete(key);
      this.#link(key, undefined);
    }
  }

  #take(key: string, events: StreamEvent[]): void {
    const item = this.#item(key);
    if (!item) return;
    const named = isLocal(item) ? this.#named(item, JSON.parse(events[0]!.data) as Chunk) : item;
    this.#put(take(named, events));
    if (named.stopping && named !== item) void this.#cancel(named.convId);
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
    this.#starts.delete(answer.key);
    outbox.forget(this.id);
    announce(t("answerStarted"));
    if (this.id === null) {
      outbox.keepDraft(null, "");
      this.id = convGroupId!;
      this.onnamed(this);
    }
    return named;
  }

  #ended(key: string): void {
    const status = this.#item(key)?.status;
    announce(t(status === "completed" ? "answerEnded" : status === "cancelled" ? "answerStopped" : "answerBroken"));
  }

  #refused(key: string, error: unknown): void {
    const item = this.#item(key);
    const out = surroundings.notice(error);
    if (!item) return;
    if (out && isLocal(item)) return this.takeBack(item);
    if (!(error instanceof ApiError)) {
      if (!out) throw error;
    } else if (isLocal(item)) {
      outbox.forget(this.id);
      const { code, message: msg, retryAfter } = error;
      this.#put({ ...item, refusal: { code, msg, retryAfter } });
    } else {
      setTimeout(() => void this.load());
    }
  }

  // --- Stopping ---

  async #cancel(convId: string): Promise<void> {
    try {
      await api.cancel(convId);
    } catch (error) {
      surroundings.notice(error);
    }
  }

  /** Stop was pressed and nothing came of it: at least stop reading, and take back what was never accepted. */
  #giveUp(key: string): void {
    const item = this.#item(key);
    if (item?.status !== "in_progress" || !item.stopping) return;
    this.#readings.get(key)?.abort();
    if (isLocal(item)) this.takeBack(item);
    else this.#put({ ...item, status: "cancelled", link: undefined });
  }
}
