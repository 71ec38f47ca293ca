/** The Markdown renderer; until it is there, answers are plain text. */

import { Lazy } from "../ui/lazy.svelte";

export const markdown = new Lazy(() => import("./Markdown.svelte"));
