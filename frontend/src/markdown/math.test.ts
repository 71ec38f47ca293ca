import { beforeAll, describe, expect, test } from "vitest";
import { MarkdownDocument } from "./document.svelte";
import { renderItem, renderText } from "./render";
import { tex } from "./tex.svelte";

const html = (source: string) => renderText(source, {}).trim();
const formulas = (source: string) => [...html(source).matchAll(/<math alttext="([^"]*)"/g)].map(([, raw]) => raw);

test("until KaTeX is here a formula is its source, and then itself", async () => {
  const document = new MarkdownDocument();
  const shown = () => document.groups.map((group) => ("html" in group ? group.html.trim() : group.kind)).join(" ");
  document.update("so $x<y$", false);
  expect(shown()).toBe("<p>so <samp>$x&lt;y$</samp></p>");
  await tex.load();
  document.update("so $x<y$", false);
  expect(shown()).toContain('<math alttext="$x&lt;y$"');
});

describe("with KaTeX", () => {
  beforeAll(() => tex.load());

  test.each([
    ["Euler: $e^{i\\pi}=-1$.", ["$e^{i\\pi}=-1$"]],
    ["函数$f(x)$是", ["$f(x)$"]],
    ["\\(a+b\\) and \\[c\\]", ["\\(a+b\\)", "\\[c\\]"]],
    ["in $$a$$ line", ["$$a$$"]],
    ["$$\na\n\n= b\n$$", ["$$\na\n\n= b\n$$"]],
    ["\\[\na\n\\]", ["\\[\na\n\\]"]],
    ["text\n$$\na\n$$\nmore", ["$$\na\n$$"]],
    ["**bold $a*b*c$ text**", ["$a*b*c$"]],
    ["$a_1$ and $b_2$", ["$a_1$", "$b_2$"]],
    ["> $x$", ["$x$"]],
    ["$5$ and $3x=6$", ["$5$", "$3x=6$"]],
  ])("%j has the formulas %j", (source, expected) => expect(formulas(source)).toEqual(expected));

  test.each([
    "$5 and $10", "costs $5,000/month (vs. $6,000)", "$20-$30", "US$20 and A$30", "$HOME and $PATH", "$5 for one and 10$", "\\$a\\$", "`$a$`", "    $a$",
    "```\n$a$\n```", "$ a $", "a $$ b", "$", "$$", "**$5** or **$6**", "花了$5和$10元", "$5M → $10M",
  ])("%j has none", (source) => expect(formulas(source)).toEqual([]));

  test("a formula inside an item keeps its lines", () => {
    expect(renderItem("1. Then\n\n   $$\n   a\n\n   b\n   $$\n", {})).toContain("<math");
  });

  test("what KaTeX cannot read is its source, and says why", () => {
    expect(html("$\\frac{1$")).toMatch(/<samp title="KaTeX parse error[^"]*">\$\\frac\{1\$<\/samp>/);
  });

  test.each([
    ["\\mathbb{R}", "ℝ"], ["\\mathcal{L}", "ℒ"], ["\\mathbf{x1}", "𝐱"], ["\\mathfrak{g}", "𝔤"], ["\\boldsymbol{\\alpha}", "𝜶"], ["\\mathrm{d}", 'mathvariant="normal">d'],
  ])("%s is written %s", (source, letter) => expect(html(`$${source}$`)).toContain(letter));

  test("a sign behind an operator belongs to its number", () => expect(html("$a=-1$")).toContain('<mo form="prefix">−</mo>'));

  test.each(["\\href{javascript:alert(1)}{x}", "\\includegraphics{https://a.cn/p.png}", "\\htmlStyle{color:red}{x}", "\\url{javascript:x}", "\\text{<img src=x onerror=y>}"])(
    "%s does nothing",
    (source) => expect(html(`$${source}$`)).not.toMatch(/<(?:a|img|span)\b|href=|style=/),
  );

  test.each(["\\def\\a{\\a\\a}\\a", "\\rule{9999em}{9999em}", "{".repeat(3000), "x".repeat(6000)])("%s ends at once", (source) => {
    expect(html(`$$${source}$$`)).not.toContain("9999em\"");
  });

  test("what stands for a formula gets into no attribute", () => {
    const holed = html('> <div title="\n>\n> $x$\n>\n> <b title="y">z</b>');
    expect(holed).not.toMatch(/kept\w+;|="[^"]*<math/);
  });

  const shown = (text: string) => {
    const document = new MarkdownDocument();
    document.update(text, true);
    return document.groups.map((group) => ("html" in group ? group.html.trim() : group.kind)).join(" ");
  };
  const text = (markup: string) => new DOMParser().parseFromString(markup.replaceAll("<br>", "\n"), "text/html").body.textContent;

  test.each(["so $x_1 + \\fra", "so \\(x_1*a", "so $$x_1", "$$\na_1 *b\n\n**c", "\\[\n- a_1_"])("%j, not finished, is its source", (source) => {
    expect(shown(source)).toMatch(/<samp>/);
    expect(text(shown(source))).toBe(source.trim());
  });

  test.each(["it costs $5 **and", "set $HOME to"])("%j is text", (source) => expect(shown(source)).not.toContain("samp"));

  test("dollars at the beginning of a line do not take the rest of the answer", () => {
    expect(shown("$$ is dear\n\n# Title\n\nEnd")).toContain("<h1>");
    const document = new MarkdownDocument();
    document.update("$$\na\n\n# Title", false);
    expect(document.groups.map((group) => "html" in group && group.html).join("")).toContain("<h1>Title</h1>");
  });
});
