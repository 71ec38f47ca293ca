/** The files in a composer: on their way to the server, there, or refused with the reason in words. */

import * as api from "../api";
import { ApiError } from "../errors";
import { errorText, t } from "../i18n";
import { surroundings } from "../ui/surroundings.svelte";
import { uuid4 } from "../ui/uuid";
import type { Attachment } from "../wire";
import * as drafts from "./drafts";

/** What the server takes with one message, and in one file. */
export const MOST_FILES = 10;
export const MOST_BYTES = 20 * 2 ** 20;

export interface Entry {
  key: string;
  name: string;
  type: string;
  size: number;
  /** What has left for the server, 0 to 1. */
  progress: number;
  /** Of a picture: an address to show it from. */
  source?: string;
  /** What stands in the draft until the server has it as a file. */
  text?: string;
  /** Once the server has it. */
  attachment?: Attachment;
  /** Why it cannot be sent. */
  error?: string;
  /** Whether trying again may help. */
  again?: boolean;
}

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
export const isImage = (type: string): boolean => type.startsWith("image/") && type !== "image/svg+xml";

/** Why a file is not even uploaded; "" when that is the server's to say. */
export function refusalOf({ size, type }: Pick<File, "size" | "type">): string {
  if (size === 0) return t("fileEmpty");
  if (size > MOST_BYTES) return t("fileTooLarge");
  return /^(audio|video|font)\//.test(type) || (isImage(type) && !IMAGES.includes(type)) ? t("fileType") : "";
}

/** Pictures that were sent from here need not come back from the server. Only the newest: each keeps its file in memory. */
const own = new Map<string, string>();
export const sourceOf = ({ id }: Attachment): string => own.get(id) ?? `/api/attachments/${id}`;

export class Files {
  list = $state<Entry[]>([]);
  /** Words about files that were not even taken up. */
  note = $state("");
  readonly attachments = $derived(this.list.flatMap(({ attachment }) => attachment ?? []));
  readonly uploading = $derived(this.list.some(({ attachment, error }) => !attachment && !error));
  readonly failed = $derived(this.list.some(({ error }) => error));
  readonly images = $derived(this.list.some(({ type, error }) => isImage(type) && !error));

  #sources = new Map<string, File>();
  #uploads = new Map<string, AbortController>();

  constructor(private conversation: string | null) {
    this.list = drafts.filesOf(conversation).map(entryOf);
  }

  /** A message came back: its files are in the draft again. */
  restore(): void {
    const here = new Set(this.attachments.map(({ id }) => id));
    const kept = drafts.filesOf(this.conversation).filter(({ id }) => !here.has(id));
    this.list.unshift(...kept.map(entryOf));
  }

  /** As many as fit are uploaded: their keys. */
  add(files: readonly File[]): string[] {
    const room = Math.max(0, MOST_FILES - this.list.length);
    this.note = files.length > room ? t("filesTooMany", { most: MOST_FILES }) : "";
    return files.slice(0, room).map((file) => this.#take(file));
  }

  /** A part of the draft becomes a file, unless it was changed since. Returns whether there was room for one. */
  addText(text: string): boolean {
    if (!drafts.textOf(this.conversation).includes(text)) return true;
    const [key] = this.add([new File([text], t("pastedName"), { type: "text/plain" })]);
    if (key) this.#change(key, { text });
    return key !== undefined;
  }

  #take(file: File): string {
    const { name, type, size } = file;
    const key = uuid4();
    const error = refusalOf(file);
    const source = isImage(type) && !error && { source: URL.createObjectURL(file) };
    this.list.push({ ...{ key, name, type, size, progress: 0 }, ...(error && { error }), ...source });
    this.#sources.set(key, file);
    if (!error) void this.#upload(key);
    return key;
  }

  async #upload(key: string): Promise<void> {
    const file = this.#sources.get(key)!;
    const controller = new AbortController();
    this.#uploads.set(key, controller);
    const onprogress = (progress: number): void => this.#change(key, { progress });
    try {
      const { upload } = await import("./upload");
      const attachment = await upload(file, { signal: controller.signal, onprogress });
      this.#arrived(key, attachment);
    } catch (error) {
      if (!controller.signal.aborted) this.#change(key, reasonOf(error));
    } finally {
      this.#uploads.delete(key);
    }
  }

  /** The server has it, and says what it really is. */
  #arrived(key: string, attachment: Attachment): void {
    const entry = this.#find(key);
    if (!entry) return void discard(attachment);
    const { name, type, size } = attachment;
    Object.assign(entry, { name, type, size, attachment, progress: 1 });
    this.#keep();
    if (entry.text) drafts.keepText(this.conversation, drafts.textOf(this.conversation).replace(entry.text, ""));
    delete entry.text;
  }

  again(key: string): void {
    const entry = this.#find(key);
    if (!entry) return;
    delete entry.error;
    entry.progress = 0;
    void this.#upload(key);
  }

  /** Whatever became of it: an upload is given up, what the server has is deleted there. */
  remove(key: string): void {
    const entry = this.#find(key);
    this.#uploads.get(key)?.abort();
    this.list = this.list.filter((candidate) => candidate !== entry);
    this.#sources.delete(key);
    this.note = "";
    if (entry?.source?.startsWith("blob:")) URL.revokeObjectURL(entry.source);
    if (entry?.attachment) void discard(entry.attachment);
    this.#keep();
  }

  /** They are sent: the composer has them no more. */
  take(): Attachment[] {
    const sent = [...this.attachments];
    for (const { attachment, source } of this.list) if (attachment && source?.startsWith("blob:")) keepOwn(attachment.id, source);
    this.list = [];
    this.#sources.clear();
    this.note = "";
    this.#keep();
    return sent;
  }

  /** The new conversation has become this one: its draft goes with it, and what is still being uploaded. */
  move(conversation: string): void {
    drafts.moveNew(conversation);
    composers.delete(this.conversation);
    composers.set(conversation, this);
    this.conversation = conversation;
  }

  #change(key: string, fields: Partial<Entry>): void {
    Object.assign(this.#find(key) ?? {}, fields);
  }

  #find(key: string): Entry | undefined {
    return this.list.find((candidate) => candidate.key === key);
  }

  #keep(): void {
    drafts.keepFiles(this.conversation, this.attachments);
  }
}

const composers = new Map<string | null, Files>();

/** What the composer of this conversation holds; all new ones share theirs. */
export function filesOf(conversation: string | null): Files {
  const known = composers.get(conversation);
  if (known) return known;
  // Whoever asks first may be a component, with which all that it derives ends.
  let files: Files;
  $effect.root(() => {
    files = new Files(conversation);
  });
  composers.set(conversation, files!);
  return files!;
}

function entryOf(attachment: Attachment): Entry {
  const { id, name, type, size } = attachment;
  return { key: id, name, type, size, attachment, progress: 1, ...(isImage(type) && { source: sourceOf(attachment) }) };
}

function reasonOf(error: unknown): Pick<Entry, "error" | "again"> {
  if (surroundings.notice(error)) return { error: t("fileSignedOut") };
  if (!(error instanceof ApiError)) return { error: t("fileUnreachable"), again: true };
  if (error.status === 413) return { error: t("fileTooLarge") };
  return { error: errorText(error.code, error.message), again: error.status >= 500 || error.status === 429 };
}

function keepOwn(id: string, source: string): void {
  own.set(id, source);
  for (const [oldest, address] of [...own].slice(0, -2 * MOST_FILES)) {
    own.delete(oldest);
    URL.revokeObjectURL(address);
  }
}

/** Nobody waits for it: what is left on the server is deleted there after a day. */
async function discard(attachment: Attachment): Promise<void> {
  await api.detach(attachment.id).catch((error: unknown) => surroundings.notice(error));
}
