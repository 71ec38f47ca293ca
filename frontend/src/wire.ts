/** What goes over the wire, as the server writes it: JSON of the API, chunks of a stream, hints of the socket. */

export type Status = "in_progress" | "completed" | "cancelled" | "interrupted" | "failed";

/** Why an answer ended badly. `code`: see README, "Errors". */
export interface Failure {
  code: number;
  msg: string;
  retryable: boolean;
}

export interface Usage {
  prompt_tokens?: number;
  completion_tokens?: number;
  total_tokens?: number;
}

/** Seconds from the start of an answer's last generation; null where not known. */
export interface Timing {
  /** To the first text, reasoning included. */
  firstDelta: number | null;
  /** What reasoning took. */
  reasoning: number | null;
  duration: number | null;
}

/** A file that goes with what a user wrote. `GET /api/attachments/{id}` has its bytes. */
export interface Attachment {
  id: string;
  name: string;
  /** MIME type. */
  type: string;
  /** Bytes. */
  size: number;
  /** Pixels of an image, else null. */
  width: number | null;
  height: number | null;
  /** Of the text the model gets of it; 0 for an image. */
  characters: number;
}

export interface Rating {
  value: 1 | -1;
  reason: string;
}

/** One node of a conversation's tree. */
export interface Message {
  convId: string;
  parentConvId: string | null;
  role: "user" | "assistant";
  /** "" while in progress: follow it from the start. */
  content: string;
  reasoning: string;
  status: Status;
  /** null for what a user wrote. */
  model: string | null;
  usage: Usage | null;
  /** "<convId>.<seq>", null while in progress and for what a user wrote. */
  lastEventId: string | null;
  finishReason: string | null;
  error: Failure | null;
  timing: Timing | null;
  rating: Rating | null;
  attachments: Attachment[];
  /** Its text was left out of the tree: `api.texts` has it. */
  partial?: true;
  /** ISO 8601, UTC. */
  created: string;
}

/** Parameters of the OpenAI API. */
export interface Params {
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  seed?: number;
  reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high";
}

export interface ConversationRow {
  convGroupId: string;
  title: string;
  model: string;
  pinned: boolean;
  archived: boolean;
  temporary: boolean;
  /** Id of the folder it lies in. */
  folder: string | null;
  version: number;
  created: string;
  updated: string;
  inProgress: boolean;
}

export interface ConversationPage {
  /** All pinned ones, on the first page of the plain list; else []. */
  pinned: ConversationRow[];
  conversations: ConversationRow[];
  nextCursor: string | null;
}

export interface ConversationTree extends Omit<ConversationRow, "inProgress"> {
  currentNode: string | null;
  /** The system prompt, "" without one. */
  system: string;
  params: Params;
  messages: Message[];
}

export interface Folder {
  id: string;
  name: string;
  /** Conversations in it. */
  count: number;
}

/** What a search found: a message, or a conversation by its title (`convId` null). */
export interface Hit {
  convGroupId: string;
  title: string;
  convId: string | null;
  role: "user" | "assistant" | null;
  /** A few words around the find, in pieces. */
  snippet: { text: string; hit: boolean }[];
  archived: boolean;
  created: string;
}

export interface HitPage {
  hits: Hit[];
  nextCursor: string | null;
  /** Older messages can't all be found yet. */
  indexing: boolean;
}

/** A text of the user's own, put into the composer by its name. */
export interface Prompt {
  id: string;
  name: string;
  content: string;
  updated: string;
}

export interface ApiKey {
  id: string;
  name: string;
  /** How its secret begins. */
  prefix: string;
  scopes: ("read" | "chat" | "admin")[];
  created: string;
  expires: string | null;
  lastUsed: string | null;
}

export interface Model {
  id: string;
  name: string;
  description: string;
  provider: string;
  demo: boolean;
  default: boolean;
  capabilities: string[];
}

export interface Me {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  language: string;
  theme: "system" | "light" | "dark";
  /** Id of the model that new conversations begin with; null: the site's. */
  defaultModel: string | null;
  /** No provider is connected: the built-in demo answers. */
  demo: boolean;
}

/** How much is kept of a user; temporary chats are not counted. */
export interface OwnData {
  /** Those that are not archived. */
  conversations: number;
  archived: number;
  messages: number;
}

/** Body of POST /api/chat. `request` null: another answer to the parent, or more of it. */
export interface Start {
  /** null: the conversation's, else the site's. */
  model: string | null;
  convGroupId: string | null;
  parentConvId: string | null;
  request: string | null;
  /** Ids of files that go with `request`. */
  attachments?: string[];
  /** For a new conversation only; kept with it. */
  system?: string;
  conversationParams?: Params;
  temporary?: boolean;
}

/** One event of a stream as it came. */
export interface StreamEvent {
  /** "<convId>.<seq>", "" for [DONE]. */
  id: string;
  /** "" for an ordinary chunk; "moderation" or "close". */
  event: string;
  data: string;
}

/** The JSON in `data`: an OpenAI chunk with a few fields of our own. */
export interface Chunk {
  model?: string;
  choices?: { delta?: { role?: string; content?: string; reasoning_content?: string }; finish_reason?: string | null }[];
  convGroupId?: string;
  convId?: string;
  parentConvId?: string | null;
  status?: Status;
  usage?: Usage | null;
  timing?: Timing | null;
  code?: number;
  msg?: string;
  retryable?: boolean;
  filteredText?: string;
}

/** Something changed: fetch it again. */
export type Hint =
  /** Without a version: something changed that is no part of it. */
  | { type: "conversation.changed"; convGroupId: string; version?: number }
  | { type: "generation.started" | "generation.ended"; convGroupId: string; convId?: string }
  /** Folders were made, renamed or deleted. */
  | { type: "folders.changed" };
