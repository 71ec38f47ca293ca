/** The words of all that comes after the first paint, and with them: `t` knows those of the page as well. */

import * as page from "..";
import en from "./en.json";
import zhHans from "./zh-Hans.json";

const own: Record<keyof typeof en, string> = page.language === "en" ? en : zhHans;
const later = page.words<keyof typeof en>(en, zhHans);

export type Word = page.Word | keyof typeof en;

const isOwn = (word: string): word is keyof typeof en => word in own;

export const t = (word: Word, values: Record<string, string | number> = {}): string =>
  isOwn(word) ? later.t(word, values) : page.t(word, values);

/** Words for an error's code, or what the server said of it. */
export function errorText(code: number, msg: string): string {
  const word = `error${code}`;
  return isOwn(word) ? t(word) : page.errorText(code, msg);
}
