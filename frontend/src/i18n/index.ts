/** The words of the page in the language of <html lang>, which the server chose. */

import type en from "./en.json";

export type Word = keyof typeof en;

export const language = document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
// Of the two only this one travels; chat.html asks for it together with the script.
const catalog: Record<Word, string> = (language === "en" ? await import("./en.json") : await import("./zh-Hans.json")).default;

type Values = Record<string, string | number>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** The text for a word, with `{name}` filled in from `values`. */
export const t = (word: Word, values: Values = {}): string => fill(catalog[word], values);

const plurals = new Intl.PluralRules(language);
const categories = plurals.resolvedOptions().pluralCategories;
const whole = new Intl.NumberFormat(language);
export const count = (number: number): string => whole.format(number);

/** `t` and `tn` for a catalog of its own, of a part that is loaded when it is wanted. */
export function words<W extends string>(english: Record<W, string>, chinese: Record<W, string>) {
  const own = language === "en" ? english : chinese;
  return {
    t: (word: W, values: Values = {}): string => fill(own[word], values),
    /** For a word that counts: a form for each of the language's plural categories, `|` between them. */
    tn(word: W, count: number, values: Values = {}): string {
      const forms = own[word].split("|");
      return fill(forms[categories.indexOf(plurals.select(count))]!, { count: whole.format(count), ...values });
    },
  };
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

/** Relative for a day ("5 minutes ago"), then the date. */
export function sinceTime(iso: string): string {
  const minutes = (Date.parse(iso) - Date.now()) / 60_000;
  if (minutes < -24 * 60) return date(iso);
  return minutes > -60 ? relative.format(Math.round(minutes), "minute") : relative.format(Math.round(minutes / 60), "hour");
}

const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
export const date = (iso: string): string => day.format(new Date(iso));

/** Of a file: "310 kB", "2.4 MB". */
export function fileSize(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}
