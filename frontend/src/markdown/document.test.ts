import { marked } from "marked";
import { describe, expect, test } from "vitest";
import { MarkdownDocument } from "./document.svelte";

const atOnce = (text: string) => {
  const document = new MarkdownDocument();
  document.update(text, false);
  return document.groups;
};

/** Streams the text in pieces of random length, showing each state, as the page does. */
const streamed = (text: string, random: () => number, most = 30) => {
  const document = new MarkdownDocument();
  for (let end = 0; end < text.length; ) {
    end += 1 + Math.floor(random() * random() * most);
    document.update(text.slice(0, end), true);
  }
  document.update(text, false);
  return document.groups;
};

/** A small seeded generator, so that a failure can be repeated. */
const seeded = (seed: number) => () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};

const PIECES = [
  "Plain words.", "**注意：**请看", "*em* and `code`", "10~20元，周期3~5天", "https://a.cn/x，然后", "# Heading", "### 三级", "---", "***",
  "- one", "- two **bold", "* star", "1. first", "2. second", "10) ten", "  - nested", "   1. nested", "    indented", "- [ ] task", "-", "1.", "=",
  "> quote", ">", "> - in quote", "```js", "```", "  ```py", "  ```", "~~~", "| a | b |", "|---|:-:|", "| 1 | 2 |", "a | b", "--|--", "| x",
  "<div>", "</div>", "<!-- c", "-->", "<br>", "[x]: https://a.cn", "[x] and [y][x]", "[link](https://a.b/c)", "![i](/p.png)", "\\* not", "", "", "", " ", "\t",
  "**open", "`open", "~~gone~~", "line  ", "a_b_c",
];

const randomText = (random: () => number) =>
  Array.from({ length: 1 + Math.floor(random() * 24) }, () => PIECES[Math.floor(random() * PIECES.length)]).join("\n");

describe("a streamed text", () => {
  test("ends as the same groups as the text shown at once, however it was cut", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = seeded(seed);
      const text = randomText(random);
      expect(streamed(text, random), JSON.stringify(text)).toEqual(atOnce(text));
    }
  }, 20_000);

  test("keeps each closed group's object and key until the end", () => {
    const document = new MarkdownDocument();
    const text = "# A\n\nfirst paragraph\n\n- one\n- two\n\n```js\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nlast";
    const seen = new Map<number, unknown>();
    for (let end = 1; end <= text.length; end += 1) {
      document.update(text.slice(0, end), true);
      // The last but one may be closed by a line that is itself not finished yet.
      for (const group of document.groups.slice(0, -2)) {
        expect(seen.get(group.key) ?? group).toBe(group);
        seen.set(group.key, group);
      }
    }
    const open = document.groups.map((group) => group.key);
    document.update(text, false);
    expect(document.groups.map((group) => group.key)).toEqual(open);
  });

  test("goes on after it had ended", () => {
    const document = new MarkdownDocument();
    document.update("- one\n- tw", false);
    document.update("- one\n- two\n- three", true);
    document.update("- one\n- two\n- three\n\nend", false);
    expect(document.groups).toEqual(atOnce("- one\n- two\n- three\n\nend"));
  });

  test("starts over when the text was replaced", () => {
    const document = new MarkdownDocument();
    document.update("something that must not be shown", true);
    document.update("Filtered.", false);
    expect(document.groups).toEqual(atOnce("Filtered."));
  });
});

describe("the split", () => {
  const kinds = (text: string) => atOnce(text).map((group) => group.kind).join(" ");

  test.each([
    ["a\n\nb", "text text"],
    ["- a\n- b\n\n- c", "list"],
    ["1. a\n\n   more\n\n2. b", "list"],
    ["1. a\n```sh\nx\n```\n2. b", "list code list"],
    ["- a\n\n  ```sh\n\n  x\n  ```\n- b", "list"],
    ["- a\n1. b", "list list"],
    ["text\n- a", "text list"],
    ["in 1986\n1987. was not a list", "text"],
    ["| a | b |\n|---|---|\n| 1 | 2 |\n\nafter", "table text"],
    ["before\n| a | b |\n|---|---|\n| 1 | 2 |", "text table"],
    ["a | b\n--|--|--", "text"],
    ["```js\nnever closed\n\n# no heading", "code"],
    ["````md\n```\n````\nafter", "code text"],
    ["Title\n---\nafter", "text"],
    ["> a\n> b\n\n> c", "text text"],
    ["    code\n\n    more\ntext", "text text"],
    ["<!-- a\n\nb -->\nc", "text text"],
  ])("%j is %s", (text, expected) => expect(kinds(text)).toBe(expected));

  test("keeps all the words of a document that marked reads whole", () => {
    const text = "# T\n\nA **b** c\nd\n\n1. x\n   - y\n\n     z\n2. w\n\n> q\n> r\n\n| a | b |\n|--|--|\n| 1 | `2` |\n\n```\ncode\n```\n\nend";
    const words = (html: string) => new DOMParser().parseFromString(html, "text/html").body.textContent!.split(/\s+/).filter(Boolean);
    const html = atOnce(text).map((group) => {
      if (group.kind === "text") return group.html;
      if (group.kind === "list") return group.items.map((item) => item.html).join(" ");
      if (group.kind === "table") return [group.head, ...group.rows.map((row) => row.cells)].flat().map((cell) => cell.html).join(" ");
      return group.chunks.join("");
    });
    expect(words(html.join(" "))).toEqual(words(marked.parse(text) as string));
  });

  test("resolves a link that is defined after its use", () => {
    expect(JSON.stringify(atOnce("see [x]\n\n[x]: https://a.cn"))).toContain('href=\\"https://a.cn\\"');
  });

  test("sets a very long paragraph as several, cut at the end of a sentence", () => {
    const text = "这是一句**很长**的话，讲的是同一件事。".repeat(600);
    const groups = atOnce(text);
    expect(groups.length).toBeGreaterThan(2);
    expect(groups.slice(0, -1).every((group) => group.kind === "text" && group.html.trimEnd().endsWith("。</p>"))).toBe(true);
    expect(streamed(text, seeded(7), 600)).toEqual(groups);
  });

  test("lays out long code in runs, losing nothing", () => {
    const code = Array.from({ length: 500 }, (_, line) => `line ${line}`).join("\n");
    const [group] = atOnce("```\n" + code + "\n```");
    expect(group?.kind === "code" && group.chunks.length > 5 && group.chunks.join("")).toBe(code + "\n");
  });
});

describe("what is shown of an unfinished text", () => {
  const shown = (text: string) => {
    const document = new MarkdownDocument();
    document.update(text, true);
    return document.groups.map((group) => ("html" in group ? group.html.trim() : group.kind)).join(" ");
  };

  test.each([
    ["**bo", "<p><strong>bo</strong></p>"],
    ["a `co", "<p>a <code>co</code></p>"],
    ["a**", "<p>a</p>"],
    ["see [the page](https://a", "<p>see the page</p>"],
    ["Title\n--", "<p>Title</p>"],
    ["| a | b |", ""],
    ["| a | b |\n|--", ""],
    ["``", ""],
    ["1", ""],
    ["text\n- ", "<p>text</p>"],
  ])("%j is shown as %s", (text, expected) => expect(shown(text)).toBe(expected));
});
