/** What a conversation consists of: an empty page does without, an old one has to ask for its messages anyway. */

import { Lazy } from "../ui/lazy.svelte";

export const turn = new Lazy(() => import("./Turn.svelte"));

/** What takes words that are selected in an answer into the composer. */
export const quote = new Lazy(() => import("./Quote.svelte"));
