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
  /** ISO 8601, UTC. */
  created: string;
}

export interface ConversationRow {
  convGroupId: string;
  title: string;
  model: string;
  version: number;
  created: string;
  updated: string;
  inProgress: boolean;
}

export interface ConversationPage {
  conversations: ConversationRow[];
  nextCursor: string | null;
}

export interface ConversationTree {
  convGroupId: string;
  title: string;
  model: string;
  currentNode: string | null;
  version: number;
  created: string;
  updated: string;
  messages: Message[];
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
  /** No provider is connected: the built-in demo answers. */
  demo: boolean;
}

/** Body of POST /api/chat. `request` null: another answer to the parent, or more of it. */
export interface Start {
  /** null: the conversation's, else the site's. */
  model: string | null;
  convGroupId: string | null;
  parentConvId: string | null;
  request: string | null;
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
  code?: number;
  msg?: string;
  retryable?: boolean;
  filteredText?: string;
}

/** Something changed: fetch it again. */
export type Hint =
  | { type: "conversation.changed"; convGroupId: string; version?: number }
  | { type: "generation.started" | "generation.ended"; convGroupId: string; convId?: string };
