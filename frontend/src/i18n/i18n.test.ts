import { describe, expect, test } from "vitest";
import messagesEn from "../conversation/words/en.json";
import messagesZhHans from "../conversation/words/zh-Hans.json";
import markdownEn from "../markdown/words/en.json";
import markdownZhHans from "../markdown/words/zh-Hans.json";
import settingsEn from "../settings/words/en.json";
import settingsZhHans from "../settings/words/zh-Hans.json";
import { date, duration, errorText, sinceTime, t, words } from ".";
import en from "./en.json";
import { errorText as laterErrorText, t as laterT } from "./later";
import laterEn from "./later/en.json";
import laterZhHans from "./later/zh-Hans.json";
import zhHans from "./zh-Hans.json";

type Catalog = Record<string, string>;

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

/** Those of each part of the page, English and Chinese. */
const catalogs: [string, Catalog, Catalog][] = [
  ["the page", en, zhHans],
  ["what comes after its first paint", laterEn, laterZhHans],
  ["the settings", settingsEn, settingsZhHans],
  ["answers", markdownEn, markdownZhHans],
  ["what is done with them", messagesEn, messagesZhHans],
];

describe.each(catalogs)("the catalogs of %s", (_, english, chinese) => {
  test("have the same words", () => expect(Object.keys(chinese)).toEqual(Object.keys(english)));

  test.each(Object.keys(english))("%s has the same holes in both languages, and no empty text", (word) => {
    const forms = english[word]!.split("|");
    for (const form of [...forms, ...chinese[word]!.split("|")]) {
      expect(holes(form)).toEqual(holes(forms[0]!));
      expect(form.trim()).not.toBe("");
    }
  });

  test("a word that counts has as many forms as its language has plurals", () => {
    const counting = Object.keys(english).filter((word) => english[word]!.includes("|"));
    for (const [catalog, language] of [[english, "en"], [chinese, "zh-Hans"]] as const) {
      const plurals = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      expect(counting.filter((word) => catalog[word]!.split("|").length !== plurals.length)).toEqual([]);
    }
  });

  test("Chinese uses Chinese punctuation beside Chinese characters", () => {
    const wrong = Object.values(chinese).filter((text) => /\p{Script=Han}[,;:!?()]|[,;:!?(]\p{Script=Han}/u.test(text));
    expect(wrong).toEqual([]);
  });
});

test("holes are filled, and a value that is missing leaves its hole", () => {
  expect(t("greetingName", { greeting: "Hello", name: "Alice" })).toBe("Hello, Alice");
  expect(t("greetingName", { greeting: "Hello" })).toBe("Hello, {name}");
});

test("an error has our words, else the server's, else its code", () => {
  expect(errorText(42901, "slow down")).toBe(en.error42901);
  expect(errorText(49999, "as the server said")).toBe("as the server said");
  expect(errorText(49999, "")).toContain("49999");
});

test("what comes later knows its own words and those of the page", () => {
  expect([laterT("editHint"), laterT("send")]).toEqual([laterEn.editHint, en.send]);
  expect([50205, 42901].map((code) => laterErrorText(code, "slow down"))).toEqual([laterEn.error50205, en.error42901]);
});

test("durations are rounded for people", () => {
  expect([200, 4400, 150_000].map(duration)).toEqual(["1 second", "4 seconds", "3 minutes"]);
});

test("what is counted takes the form of its number", () => {
  const { tn } = words({ files: "{count} file|{count} files" }, { files: "{count} 个文件" });
  expect([0, 1, 2, 1234].map((count) => tn("files", count))).toEqual(["0 files", "1 file", "2 files", "1,234 files"]);
});

test("times are relative for a day, then dates", () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  expect([0, 5, 180].map(ago).map(sinceTime)).toEqual(["this minute", "5 minutes ago", "3 hours ago"]);
  expect(sinceTime(ago(3 * 24 * 60))).toBe(date(ago(3 * 24 * 60)));
  expect(date("2026-03-01T12:00:00Z")).toBe("Mar 1, 2026");
});
