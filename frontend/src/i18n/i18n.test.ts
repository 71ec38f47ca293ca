import { describe, expect, test } from "vitest";
import { duration, errorText, t, type Word } from ".";
import en from "./en.json";
import zhHans from "./zh-Hans.json";

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe("the catalogs", () => {
  test("have the same words", () => expect(Object.keys(zhHans)).toEqual(Object.keys(en)));

  test.each(Object.keys(en) as Word[])("%s has the same holes in both languages, and no empty text", (word) => {
    expect(holes(zhHans[word])).toEqual(holes(en[word]));
    expect(zhHans[word].trim()).not.toBe("");
  });

  test("Chinese uses Chinese punctuation beside Chinese characters", () => {
    const wrong = Object.values(zhHans).filter((text) => /\p{Script=Han}[,;:!?()]|[,;:!?(]\p{Script=Han}/u.test(text));
    expect(wrong).toEqual([]);
  });
});

test("holes are filled, and a value that is missing leaves its hole", () => {
  expect(t("greetingName", { greeting: "Hello", name: "Alice" })).toBe("Hello, Alice");
  expect(t("greetingName", { greeting: "Hello" })).toBe("Hello, {name}");
});

test("an error has our words, else the server's, else its code", () => {
  expect(errorText(50205, "slow down")).toBe(en.error50205);
  expect(errorText(49999, "as the server said")).toBe("as the server said");
  expect(errorText(49999, "")).toContain("49999");
});

test("durations are rounded for people", () => {
  expect([200, 4400, 150_000].map(duration)).toEqual(["1 second", "4 seconds", "3 minutes"]);
});
