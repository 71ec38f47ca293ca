import { describe, expect, test } from "vitest";
import { colour, cut, grammarOf, prepare } from "./highlight";

const text = (html: string): string => {
  const holder = document.createElement("pre");
  holder.innerHTML = html;
  return holder.textContent;
};

describe("colours", () => {
  test("a language is known by its name and by what people call it", () => {
    expect(grammarOf("Python")).toBe("python");
    expect(grammarOf("js")).toBe("javascript");
    expect(grammarOf("c++")).toBe("cpp");
    expect(grammarOf("constructor")).toBe(null);
    expect(grammarOf("")).toBe(null);
  });

  test("what the code says stays the same, run by run", async () => {
    await prepare("python");
    const chunks = ['text = """one\n', "<script>alert(1)</script>\n", '"""\nx = 1 & 2\n'];
    const html = colour("python", chunks)!;
    expect(html.map(text)).toEqual(chunks);
    expect(html.join("")).not.toContain("<script");
  });

  test("a span over several runs is closed and opened again", () => {
    expect(cut('<span class="a">1\n2\n</span>3\n', [1, 2])).toEqual(['<span class="a">1\n</span>', '<span class="a">2\n</span>3\n']);
  });

  test("very long code stays plain", async () => {
    await prepare("json");
    expect(colour("json", ["[1]\n".repeat(50_000)])).toBe(null);
  });
});
