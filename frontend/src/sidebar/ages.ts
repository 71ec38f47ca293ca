/** Conversations under the headings of a calendar: days by the clock of the reader, not by 24 hours. */

import type { Word } from "../i18n";
import type { ConversationRow } from "../wire";

export interface Age {
  heading: Word;
  rows: ConversationRow[];
}

const HEADINGS: [Word, number][] = [
  ["today", 0],
  ["yesterday", 1],
  ["lastWeek", 7],
  ["earlier", Number.POSITIVE_INFINITY],
];

export function byAge(rows: ConversationRow[], now = new Date()): Age[] {
  const ages = HEADINGS.map(([heading]): Age => ({ heading, rows: [] }));
  for (const row of rows) {
    const days = daysBetween(new Date(row.updated), now);
    ages[HEADINGS.findIndex(([, most]) => days <= most)]!.rows.push(row);
  }
  return ages.filter((age) => age.rows.length > 0);
}

/** Midnights between the two; a daylight-saving day is 23 or 25 hours long, hence the rounding. */
function daysBetween(then: Date, now: Date): number {
  const midnight = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.max(0, Math.round((midnight(now) - midnight(then)) / 86_400_000));
}
