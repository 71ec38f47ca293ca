/** What the first paint does without, fetched behind it: so that nobody waits for it later, or finds the network gone. */

import { attachments, dropZone, prompts, turn } from "./conversation/lazy";
import { markdown } from "./markdown/lazy";

/** Opened by a click, which asks again for what could not be had. */
const panels: (() => Promise<unknown>)[] = [
  () => import("./search/Results.svelte"),
  () => import("./palette/Palette.svelte"),
  () => import("./folders/Dialogs.svelte"),
  () => import("./conversation/Details.svelte"),
  () => import("./conversation/Overview.svelte"),
  () => import("./conversation/Parameters.svelte"),
  () => import("./conversation/upload"),
  () => import("./keys/Help.svelte"),
];

/** First what conversations are made of, then one part after the other. */
export async function loadRest(): Promise<void> {
  await Promise.all([turn.load(), markdown.load()]);
  for (const part of [dropZone, attachments, prompts]) await part.load();
  for (const panel of panels) await panel().catch(() => undefined);
}
