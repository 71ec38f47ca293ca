/** Whether the plug was pulled, here or before the page was loaded: all that the page carries of it until then. */

import { ofUser } from "../../session";
import { Lazy } from "../../ui/lazy.svelte";
import { forBrowser } from "../../ui/store";

/** Where the record is kept. */
export const PLUG = ofUser("plug");

export const pulled = $state({ now: forBrowser.get(PLUG) !== null });

export const panel = new Lazy(() => import("./Panel.svelte"));
if (pulled.now) void panel.load();
