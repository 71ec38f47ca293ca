/** The open conversation: its tree, what is shown of it, and the answers that are on their way. */

import * as api from "../api";
import { ApiError } from "../errors";
import { t } from "../i18n";
import { announce } from "../ui/announce.svelte";
import { surroundings } from "../ui/surroundings.svelte";
import { uuid4 } from "../ui/uuid";
import type { Attachment, Chunk, ConversationRow, ConversationTree, Hint } from "../wire";
import * as drafts from "./drafts";
import { type Files, filesOf } from "./files.svelte";
import { continued, editOf, isLocal, isRunning, type Item, merged, type Refusal, refusalOf } from "./item";
import { Messages } from "./messages.svelte";
import type * as outbox from "./outbox";
import { Readings, type Witness } from "./readings";
import { Starts } from "./starts";
import { Stops } from "./stops";
import * as terms from "./terms.svelte";
import { Texts } from "./texts";
import { Viewed } from "./viewed";

export interface Listener {
  /** The server has named a conversation that was new. */
  onnamed: (conversation: Conversation) => void;
  /** An answer that was followed has ended. */
  onended: () => void;
  /** The server refused what was asked for. */
  onrefused: (error: ApiError) => void;
}

/** So many messages at the end of the branch bring their text with the tree, the others when they come near the view. */
const TEXTS = 40;

/** Who looks: somebody; nobody, for the tab is hidden; nobody, for another conversation is on view. */
type Attention = "here" | "hidden" | "elsewhere";

export class Conversation {
  id = $state<string | null>(null);
  title = $state("");
  model = $state("");
  phase = $state<"loading" | "ready" | "missing" | "unreachable" | "broken">("ready");
  /** Rises with each tree that comes. */
  trees = $state(0);
  /** Id of the question that is being edited in its place. */
  editing = $state<string | null>(null);
  readonly items = new Messages();
  readonly texts = new Texts(this.items, () => this.id);
  readonly terms: terms.Terms;
  /** The answer on its way at the end of the branch. */
  readonly running = $derived(surroundings.signedOut ? undefined : this.items.last(isRunning));
  /** The answer whose start the server has not accepted yet: what is written meanwhile waits for it. */
  readonly waiting = $derived.by(() => {
    const end = this.items.get(this.items.current ?? "");
    return end && isLocal(end) && isRunning(end) ? end : undefined;
  });

  readonly #readings = new Readings(this.items, {
    named: (answer, ids) => this.#named(answer, ids),
    ended: (key) => this.#ended(key),
    gone: (key) => this.#loadAfterReading(key),
    failed: (key, error) => this.#failed(key, error),
  });
  readonly #starts = new Starts(this.items, this.#readings);
  readonly #stops = new Stops(this.items, this.#readings, () => this.takeBack());
  readonly #viewed = new Viewed(this.items, () => this.#fetch());
  #attention: Attention = "here";
  /** Rises when messages get their ids: a tree asked for earlier does not know them. */
  #namings = 0;
  /** Rises with each tree asked for: only the newest is used. */
  #asked = 0;

  constructor(
    id: string | null,
    private readonly listener: Listener,
  ) {
    this.id = id;
    this.terms = new terms.Terms(id === null);
  }

  /** What the composer holds. */
  get draft(): string {
    return drafts.textOf(this.id);
  }

  set draft(text: string) {
    drafts.keepText(this.id, text);
  }

  /** The files beside it. */
  get files(): Files {
    return filesOf(this.id);
  }

  /** Who counts what arrives. */
  set witness(witness: Witness | undefined) {
    this.#readings.witness = witness;
  }

  /** Whether something was written here that the server has not accepted. */
  get hasUnsent(): boolean {
    return this.#starts.any;
  }

  /** Begun, and not named by the server yet: terms that were set now would go to the next one. */
  get unnamed(): boolean {
    return this.id === null && this.items.size > 0;
  }

  /** What is shown. */
  get branch(): Item[] {
    return this.items.branch;
  }

  /** Somebody looks: fetch the tree and follow what is on its way; again after each hint. */
  load(): Promise<void> {
    this.#attention = "here";
    return this.#fetch();
  }

  /** The tab is hidden for long: follow only what it asked for, which its user waits for. */
  hide(): void {
    this.#attention = "hidden";
    this.#readings.leave(false);
  }

  /** Stop following while nobody looks; what is generated goes on, and load() comes back to it. */
  leave(): void {
    this.#attention = "elsewhere";
    this.#readings.leave(true);
    // There is no way back to one without an id.
    if (this.id === null && this.branch.at(-1)?.refusal) this.takeBack();
  }

  /** Whether a hint tells what is known already, as those of one's own doing. */
  knows(hint: Hint): boolean {
    if (hint.type === "folders.changed") return true;
    if (hint.type === "conversation.changed") return hint.version !== undefined && hint.version <= this.#viewed.version;
    const item = this.items.get(hint.convId ?? "");
    return item !== undefined && (this.#readings.has(item.key) || (hint.type === "generation.ended" && item.status !== "in_progress"));
  }

  // --- What its user does ---

  send(request: string, model: string | null, files: Attachment[] = []): void {
    this.takeBack();
    const rest = this.id === null ? this.terms.take() : {};
    this.#ask(request, model, this.items.current, files, rest);
  }

  /** The question in other words, beside what it was: nothing is overwritten. Its files go with it. */
  edit(question: Item, request: string, model: string | null): void {
    this.takeBack();
    this.editing = null;
    this.#ask(request, model, question.parentConvId, question.attachments);
  }

  /** Another answer to the same question. */
  regenerate(answer: Item, model: string | null): void {
    if (answer.refusal) return this.#starts.repeat(answer, model);
    this.takeBack();
    this.model = model ?? this.model;
    this.#starts.begin({ model, convGroupId: this.id, parentConvId: answer.parentConvId, request: null });
  }

  /** More text for an answer that ended early. */
  proceed(answer: Item, model: string | null): void {
    this.items.put(continued(answer));
    this.model = model ?? this.model;
    const body = { model, convGroupId: this.id, parentConvId: answer.convId, request: null };
    void this.#readings.read(answer.key, { key: uuid4(), body });
  }

  /** Stop the answer on its way. What has arrived stays. */
  stop(): void {
    if (this.running) this.#stops.stop(this.running);
  }

  /** Go to the branch through this message. */
  show(convId: string): void {
    this.#viewed.choose(this.id, convId);
    this.#follow();
  }

  /** The branch up to this message as a conversation of its own: its row. */
  fork({ convId }: Item): Promise<ConversationRow> {
    return api.fork(this.id!, convId);
  }

  /** Delete the message with all below it. Returns how many messages that were, and what brings them back. */
  async remove({ convId }: Item): Promise<{ count: number; undo: () => Promise<void> }> {
    const before = this.items.current;
    const count = this.items.subtree(convId).length;
    await api.removeMessage(convId);
    await this.#fetch();
    const undo = async (): Promise<void> => {
      await api.restoreMessage(convId);
      await this.#fetch();
      if (before !== null && this.items.has(before)) this.show(before);
    };
    return { count, undo };
  }

  /** After the page was loaded: repeat a start that the reload cut off, under its key, so that it happens once. */
  async resend(unsent: outbox.Unsent): Promise<void> {
    await this.#starts.show(unsent);
    // It may have happened long ago, and others have gone on from there. What was refused leads nowhere if they deleted it.
    if (this.#attention === "here" || unsent.refusal) await this.#fetch();
  }

  /** Something was done to it elsewhere: what was not sent must not be lost with it. */
  async check(): Promise<void> {
    if (this.hasUnsent) await this.#fetch();
  }

  /** Another tab sent this start, or took it back. */
  settledElsewhere(key: string): void {
    if (!this.#starts.has(key)) return;
    this.#starts.drop();
    if (this.#attention === "here") void this.#fetch();
  }

  /** Take back what the server has not accepted: its text returns to the composer, or to that of another conversation. */
  takeBack(to = this.id, key?: string): void {
    const { question, start } = this.#starts.drop(key);
    if (!question) return;
    const beside = this.items.places.find(({ parentConvId }) => parentConvId === question.parentConvId);
    if (beside && to !== null) return this.#editAgain(beside.convId, question.content);
    drafts.giveBack(to, question.content, question.attachments);
    filesOf(to).restore();
    if (to !== this.id) void import("./rescued").then(({ tell }) => tell());
    else if (start && to === null) terms.giveBack(start);
  }

  /** The question in other words was not accepted: they wait where they were written. */
  #editAgain(convId: string, text: string): void {
    drafts.keepText(editOf(convId), text);
    this.editing = convId;
  }

  #ask(request: string, model: string | null, parentConvId: string | null, files: Attachment[], rest = {}): void {
    const attachments = files.length > 0 && { attachments: files.map(({ id }) => id) };
    this.model = model ?? this.model;
    this.#starts.begin({ model, convGroupId: this.id, parentConvId, request, ...attachments, ...rest }, files);
  }

  // --- The tree ---

  async #fetch(): Promise<void> {
    if (this.id === null) return;
    if (this.items.size === 0) this.phase = "loading";
    const asked = (this.#asked += 1);
    try {
      const tree = await this.#tree(this.id);
      if (asked !== this.#asked) return;
      this.#merge(tree);
      this.phase = "ready";
      this.trees += 1;
      this.#follow();
      void this.texts.loadFew();
      void this.#viewed.tell(this.id, false);
    } catch (error) {
      if (!surroundings.notice(error) && asked === this.#asked) this.#failedToLoad(error);
    }
  }

  async #tree(id: string): Promise<ConversationTree> {
    const namings = this.#namings;
    const tree = await api.conversation(id, TEXTS);
    return namings === this.#namings ? tree : this.#tree(id);
  }

  #merge(tree: ConversationTree): void {
    this.terms.adopt(tree);
    this.title = tree.title;
    this.model = tree.model;
    const free = this.draft === "" && this.editing === null && this.running === undefined;
    for (const key of this.items.keepOnly(new Set(tree.messages.map(({ convId }) => convId)))) this.#readings.abort(key);
    for (const message of tree.messages) {
      const known = this.items.get(message.convId);
      // The tree leaves the text of a running answer out; what was read of it stays.
      const ours = known && (this.#readings.has(known.key) || (message.status === "in_progress" && known.status === "in_progress"));
      if (!ours) this.items.put(merged(message, known));
    }
    this.#viewed.adopt(tree, free);
  }

  #follow(): void {
    if (this.#attention === "here") this.#readings.follow(this.branch);
  }

  #failedToLoad(error: unknown): void {
    if (error instanceof ApiError && (error.status === 404 || error.status === 422)) this.#clear();
    else if (this.items.size === 0) this.phase = error instanceof ApiError ? "broken" : "unreachable";
  }

  /** It was deleted, or never was there: nothing of it stays on view. What was not sent can be asked in a new one. */
  #clear(): void {
    for (const key of this.#starts.answers) this.takeBack(null, key);
    this.leave();
    this.items.clear();
    this.editing = null;
    this.phase = "missing";
  }

  // --- What becomes of answers ---

  #named(answer: Item, ids: Chunk): Item {
    const named = this.#starts.named(answer, ids);
    this.#namings += 1;
    if (this.#attention === "here") announce(t("answerStarted"));
    if (this.id === null) {
      if (this.#attention !== "elsewhere") this.files.move(ids.convGroupId!);
      this.id = ids.convGroupId!;
      this.listener.onnamed(this);
    }
    this.#viewed.begun(this.id, named.convId);
    if (named.stopping) void this.#stops.cancel(named);
    if (this.#attention === "elsewhere") this.#readings.abort(answer.key);
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
      if (problem && item && item.status !== "in_progress") this.items.put({ ...item, problem });
      this.listener.onended();
    });
  }

  #failed(key: string, error: unknown): void {
    const item = this.items.byKey(key);
    const out = surroundings.notice(error);
    if (!item) return;
    if (!(error instanceof ApiError)) {
      if (!out) throw error;
      return;
    }
    this.listener.onrefused(error);
    if (!isLocal(item)) return this.#loadAfterReading(key, refusalOf(error));
    this.#refused(item, refusalOf(error));
    // The whole conversation may be gone, and with it the way back to what was not sent.
    if (error.status === 404) void this.#fetch();
  }

  #refused(item: Item, refusal: Refusal): void {
    this.#starts.refuse(item, refusal);
    if (this.id === null && this.#attention === "elsewhere") this.takeBack();
  }
}
