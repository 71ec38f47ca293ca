/** The words of the page in the language of <html lang>, which the server chose. */

import en from "./en.json";
import zhHans from "./zh-Hans.json";

export type Word = keyof typeof en;

export const language = document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
const catalog: Record<Word, string> = language === "en" ? en : zhHans;

/** The text for a word, with `{name}` filled in from `values`. */
export function t(word: Word, values: Record<string, string | number> = {}): string {
  return catalog[word].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** Words for an error's code, or what the server said of it. */
export function errorText(code: number, msg: string): string {
  const word = `error${code}`;
  return word in catalog ? t(word as Word) : msg || t("errorOther", { code });
}

const seconds = new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "long", maximumFractionDigits: 0 });
const minutes = new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "long", maximumFractionDigits: 0 });

export const duration = (ms: number): string =>
  ms < 90_000 ? seconds.format(Math.max(1, Math.round(ms / 1000))) : minutes.format(Math.round(ms / 60_000));

const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
export const exactTime = (iso: string): string => exact.format(new Date(iso));

const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
export const clockTime = (date: Date): string => clock.format(date);
