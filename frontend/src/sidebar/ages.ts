/** Conversations under the headings of a calendar: days by the clock of the reader, not by 24 hours. */

import { language, t, type Word } from "../i18n";
import type { ConversationRow } from "../wire";

export interface Age {
  key: string;
  heading: string;
  rows: ConversationRow[];
}

interface Span {
  key: string;
  heading: string;
  /** What is older belongs to the next one. */
  since: Date;
}

/** Headings by the number of midnights that lie between, then months of this year, then years. */
const RECENT: [Word, number][] = [
  ["today", 0],
  ["yesterday", 1],
  ["lastWeek", 7],
  ["lastMonth", 30],
];
const month = new Intl.DateTimeFormat(language, { month: "long" });
const year = new Intl.DateTimeFormat(language, { year: "numeric" });

/** `rows` are newest first. Looks at a few of each age only, however many there are. */
export function byAge(rows: readonly ConversationRow[], now = new Date()): Age[] {
  const ages: Age[] = [];
  for (let at = 0; at < rows.length; ) {
    const { key, heading, since } = spanOf(new Date(rows[at]!.updated), now);
    const end = firstBefore(rows, since.getTime(), at + 1);
    ages.push({ key, heading, rows: rows.slice(at, end) });
    at = end;
  }
  return ages;
}

function spanOf(then: Date, now: Date): Span {
  const days = daysBetween(then, now);
  const recent = RECENT.find(([, most]) => days <= most);
  if (recent) return { key: recent[0], heading: t(recent[0]), since: midnight(now, recent[1]) };
  const [y, m] = [then.getFullYear(), then.getMonth()];
  if (y === now.getFullYear()) return { key: `${y}-${m}`, heading: month.format(then), since: new Date(y, m) };
  return { key: `${y}`, heading: year.format(then), since: new Date(y, 0) };
}

/** The first row from `low` on that is older than `since`; `rows.length` when there is none. */
function firstBefore(rows: readonly ConversationRow[], since: number, low: number): number {
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(rows[middle]!.updated) < since) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function midnight(date: Date, daysAgo = 0): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysAgo);
}

/** Midnights between the two; a daylight-saving day is 23 or 25 hours long, hence the rounding. */
function daysBetween(then: Date, now: Date): number {
  return Math.max(0, Math.round((midnight(now).getTime() - midnight(then).getTime()) / 86_400_000));
}
