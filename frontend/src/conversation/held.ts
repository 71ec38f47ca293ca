/** System prompt and parameters of a conversation that exists are changed: only what is chosen anew, beside what others change. */

import * as api from "../api";
import { ApiError } from "../errors";
import type { Held, Terms } from "./terms.svelte";

/** Another device changed the conversation meanwhile. */
const STALE = 40902;

type Fields = Held["params"] & { system: string };

const fieldsOf = ({ system, params }: Held): Fields => ({ ...params, system: system.trim() });

interface Merged {
  held: Held;
  /** What of it is not there yet. */
  change: Partial<Held>;
  /** The same was changed on both sides. */
  clash: boolean;
}

/** What became of `before` in a form, put on what became of it on the server. */
export function merge(before: Held, form: Held, there: Held): Merged {
  const [old, mine, theirs] = [fieldsOf(before), fieldsOf(form), fieldsOf(there)];
  const names = Object.keys({ ...old, ...mine }) as (keyof Fields)[];
  const changed = names.filter((name) => mine[name] !== old[name] && mine[name] !== theirs[name]);
  const { system, ...params } = { ...theirs, ...Object.fromEntries(changed.map((name) => [name, mine[name]])) };
  const set = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  return {
    held: { system, params: set },
    // The server takes all parameters at once.
    change: { ...(changed.includes("system") && { system }), ...(changed.some((name) => name !== "system") && { params: set }) },
    clash: changed.some((name) => theirs[name] !== old[name]),
  };
}

/** Save what a form that was filled with `before` holds. False when the same was changed elsewhere: nothing is saved then. */
export async function save(id: string, terms: Terms, before: Held, form: Held): Promise<boolean> {
  const refresh = async (): Promise<void> => terms.adopt(await api.conversation(id, 0));
  const write = async (): Promise<boolean> => {
    const { held, change, clash } = merge(before, form, terms.now);
    if (clash) return false;
    if (Object.keys(change).length === 0) return true;
    const { version } = await api.change(id, terms.version, change);
    terms.adopt({ ...terms.now, ...held, version });
    return true;
  };
  if (terms.version === 0) await refresh();
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== STALE) throw error;
    await refresh();
    return write();
  }
}
