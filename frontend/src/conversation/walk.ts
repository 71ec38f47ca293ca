/** Alt+← and Alt+→: from branch to branch at the message that has the focus, else in the last turn. */

import { movesIn } from "../keys/shortcuts";
import type { Messages, Place } from "./messages.svelte";

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

export interface Step {
  from: Place;
  /** undefined at the first and at the last branch. */
  to: Place | undefined;
}

/** Where the key leads; null where it means something else: words are written there, or nothing divides. */
export function stepOf(event: KeyboardEvent, items: Messages): Step | null {
  const step = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey ? STEPS[event.key] : undefined;
  const target = event.target as HTMLElement;
  if (!step || target.closest("dialog, [popover]")) return null;
  if (movesIn(target)) return null;
  const focused = target.closest<HTMLElement>("[data-message]")?.dataset.message;
  const from = (focused ? items.places.filter(({ convId }) => convId === focused) : lastTurn(items.places)).find(
    (place) => items.siblings(place).length > 1,
  );
  if (!from) return null;
  const siblings = items.siblings(from);
  return { from, to: siblings[siblings.findIndex(({ convId }) => convId === from.convId) + step] };
}

/** The answer first. */
function lastTurn(places: readonly Place[]): Place[] {
  const begin = places.findLastIndex(({ role }) => role === "user");
  return places.slice(Math.max(0, begin)).reverse();
}
