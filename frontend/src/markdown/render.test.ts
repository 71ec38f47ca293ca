import { describe, expect, test } from "vitest";
import { renderItem, renderRow, renderText } from "./render";

const html = (source: string) => renderText(source, {}).trim();
const inner = (source: string) => html(source).replace(/^<p>(.*)<\/p>$/s, "$1");
const link = (address: string, text = address) => `<a href="${address}" target="_blank" rel="noopener noreferrer">${text}</a>`;

describe("Chinese", () => {
  test.each([
    ["**注意：**请", "<strong>注意：</strong>请"],
    ["请**(注)**好", "请<strong>(注)</strong>好"],
    ["他说**“好”**。", "他说<strong>“好”</strong>。"],
    ["**「重点」**是**100%**的", "<strong>「重点」</strong>是<strong>100%</strong>的"],
    ["真的：**[连接](https://a.cn)**。", `真的：<strong>${link("https://a.cn", "连接")}</strong>。`],
    ["**甲**，**乙**和*丙*。", "<strong>甲</strong>，<strong>乙</strong>和<em>丙</em>。"],
    ["这是**加粗*斜体*文字**的", "这是<strong>加粗<em>斜体</em>文字</strong>的"],
    ["~~删掉。~~然后", "<del>删掉。</del>然后"],
    ["**`代码`**用", "<strong><code>代码</code></strong>用"],
  ])("%s", (source, expected) => expect(inner(source)).toBe(expected));

  test("ranges are not struck through", () => expect(inner("10~20元，周期3~5天")).toBe("10~20元，周期3~5天"));

  test.each([
    ["见https://a.cn/x，然后", `见${link("https://a.cn/x")}，然后`],
    ["https://a.cn/x的文档", `${link("https://a.cn/x")}的文档`],
    ["（https://a.cn/x）", `（${link("https://a.cn/x")}）`],
    ["www.a.cn/x。", `${link("http://www.a.cn/x", "www.a.cn/x")}。`],
    ["a@b.cn，好", `${link("mailto:a@b.cn", "a@b.cn")}，好`],
  ])("an address ends where Chinese begins: %s", (source, expected) => expect(inner(source)).toBe(expected));

  test("an address may have Chinese in its path", () => {
    expect(inner("https://zh.wikipedia.org/wiki/长城。")).toContain('href="https://zh.wikipedia.org/wiki/%E9%95%BF%E5%9F%8E"');
  });
});

describe("English stays as CommonMark has it", () => {
  test.each([
    ["**bold** *em* ~~gone~~ `code`", "<strong>bold</strong> <em>em</em> <del>gone</del> <code>code</code>"],
    ["snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"],
    ["see https://a.com/x.", `see ${link("https://a.com/x")}.`],
    ["~one~ tilde", "~one~ tilde"],
  ])("%s", (source, expected) => expect(inner(source)).toBe(expected));
});

describe("what is unsafe does not get through", () => {
  test.each(["<b >a</b>", "<b\tid=app>a</b>", "<!-- a -->", "<svg><b>a</b></svg>", "<B ONCLICK=a>a</B>", "<p/id=app>a</p>", "<style>a</style>", "<b\nclass=a>a</b>"])(
    "%j, which is not one of the bare tags that need no sanitising",
    (source) => expect(inner(`x ${source}`)).not.toMatch(/<(?!\/?[bp]>)/),
  );

  test.each([
    ["<script>alert(1)</script>after"],
    ["<img src=x onerror=alert(1)>after"],
    ["<b onclick=alert(1) style='position:fixed' class=composer id=app>after</b>"],
    ["<iframe src=https://a.cn></iframe>after"],
    ["<form action=/x><input name=y></form>after"],
    ["<svg><script>alert(1)</script></svg>after"],
    ["<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>after"],
  ])("%s", (source) => {
    expect(html(source)).not.toMatch(/script|onerror|onclick|style|class|id=|iframe|form|input|img|svg|math/);
    expect(html(source)).toContain("after");
  });

  test.each(["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "java&#10;script:alert(1)"])(
    "a link to %s leads nowhere",
    (address) => expect(html(`[text](${address}) <a href="${address}">x</a>`)).not.toMatch(/href="(?!%)[^"]*(script|data)/i),
  );

  test("links open elsewhere and tell nothing", () => expect(inner('<a href="https://a.cn" target="_self">x</a>')).toBe(link("https://a.cn", "x")));

  test("an image is a link, for it is not loaded", () => expect(inner("![plan](https://a.cn/p.png)")).toBe(link("https://a.cn/p.png", "plan")));
});

describe("parts", () => {
  test("code in a list has its language and a button to copy it", () => {
    const item = renderItem("- see\n  ```py\n  a < b\n  ```", {});
    expect(item).toContain("<figcaption><span>py</span><button>Copy</button></figcaption><pre><code>a &lt; b</code></pre>");
  });

  test("an item looks the same tight and loose", () => expect(renderItem("- a", {}).trim()).toBe(renderItem("- a\n\n", {}).trim()));

  test("a task has its box inside the text", () => expect(renderItem("- [x] done", {}).trim()).toBe("<p><var>☑</var> done</p>"));

  test("a row has the cells and the alignment of its table", () => {
    expect(renderRow("| a | b |\n|---|--:|", "| 1<br>2 | **x** |", {})).toEqual([
      { html: "1<br>2", align: null },
      { html: "<strong>x</strong>", align: "right" },
    ]);
    expect(renderRow("| a | b |\n|---|--:|", "", {}).map((cell) => cell.html)).toEqual(["a", "b"]);
  });
});
