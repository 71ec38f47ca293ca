/** What a conversation consists of: an empty page does without, an old one has to ask for its messages anyway. */

import { Lazy } from "../ui/lazy.svelte";

export const turn = new Lazy(() => import("./Turn.svelte"));

/** What takes words that are selected in an answer into the composer. */
export const quote = new Lazy(() => import("./Quote.svelte"));

// Of the composer, on the page as soon as nothing else is asked for.
export const attachments = new Lazy(() => import("./Attachments.svelte"));
export const dropZone = new Lazy(() => import("./DropZone.svelte"));
export const prompts = new Lazy(() => import("./Prompts.svelte"));
