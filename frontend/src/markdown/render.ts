/** One block of Markdown to HTML that is safe to show: GFM, right in Chinese, sanitised last. */

import createDOMPurify from "dompurify";
import { Marked, Renderer, type Token, type Tokens, Tokenizer } from "marked";
import { t } from "../i18n";

export type Links = Record<string, { href: string | null; title: string | undefined }>;

const HAN = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}";
const CJK_MARKS = "\\u3000-\\u303f\\uff00-\\uffef‘’“”…—·";
const cjk = new RegExp(`[${HAN}${CJK_MARKS}]`, "u");
const isCjk = (char: string): boolean => cjk.test(char);

/**
 * Emphasis in CommonMark leans on spaces between words, which Chinese has not: `**注意：**请` would stay as it is. So
 * marks of Chinese count as letters, and so does an ASCII mark between a delimiter and a Chinese character.
 */
const CJK = HAN + CJK_MARKS;
const MARK = "[^\\p{L}\\s*~]";
const markAsLetter = new RegExp(`[${CJK_MARKS}]|(?<=[${CJK}][*~]{1,3})${MARK}|${MARK}(?=[*~]{1,3}[${CJK}])`, "gu");
const asLetters = (masked: string): string => masked.replace(markAsLetter, (mark) => "a".repeat(mark.length));

/** Addresses are ASCII, but for Han straight after a slash or "=": `https://a.cn/x，然后` ends before the comma. */
const bareAddress = new RegExp(`^(?:[\\x21-\\x7e]|(?<=[/=][${HAN}]*)[${HAN}])+`, "u");

const base = Tokenizer.prototype;
const marked = new Marked({
  gfm: true,
  tokenizer: {
    emStrong(source, masked, before) {
      return base.emStrong.call(this, source, masked, source[0] === "*" && isCjk(before ?? "") ? "" : before);
    },
    // Only two tildes strike: `10~20元，周期3~5天` is a pair of ranges.
    del(source, masked, before) {
      if (!/^~~(?!~)/.test(source)) return undefined;
      return base.del.call(this, source, masked, isCjk(before ?? "") ? "" : before);
    },
    url(source) {
      const address = bareAddress.exec(source)?.[0];
      return address === undefined ? undefined : base.url.call(this, address);
    },
  },
  hooks: { emStrongMask: asLetters },
  renderer: {
    code: ({ text, lang }) => codeFrame(lang?.split(/\s/)[0] ?? "", `<code>${escape(text)}</code>`),
    // Nothing is fetched from elsewhere: our policy forbids it, and it would tell a stranger who reads what.
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
    checkbox: ({ checked }) => `<var>${checked ? "☑" : "☐"}</var> `,
    table(table) {
      return `<div>${Renderer.prototype.table.call(this, table)}</div>`;
    },
  },
});

const ALLOWED_TAGS =
  "a abbr b blockquote br button code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li " +
  "mark ol p pre q rp rt ruby s samp small span strong sub summary sup table tbody td th thead tr u ul var";
const purify = createDOMPurify(window);
purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});
/** Finds what is anything but a bare tag of those: an attribute, a comment, a tag that is not allowed. */
const notBare = new RegExp(`<(?!/?(?:${ALLOWED_TAGS.replaceAll(" ", "|")})>)`);
const sanitise = (html: string): string =>
  // Bare tags can do no harm, and most blocks have no others; to sanitise them would be half the cost of a delta.
  notBare.test(html)
    ? purify.sanitize(html, {
        ALLOWED_TAGS: ALLOWED_TAGS.split(" "),
        ALLOWED_ATTR: ["href", "title", "align", "start", "open", "dir", "lang", "colspan", "rowspan"],
        ALLOW_DATA_ATTR: false,
        ALLOW_ARIA_ATTR: false,
      })
    : html;

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char]!);

/** Code inside a list or a quote; at the top level it is Code.svelte, which looks the same. */
const codeFrame = (language: string, code: string): string =>
  `<figure><figcaption><span>${escape(language)}</span><button>${escape(t("copy"))}</button></figcaption>` +
  `<pre>${code}</pre></figure>`;

function lex(source: string, links: Links): Token[] {
  const lexer = new marked.Lexer(marked.defaults);
  lexer.tokens.links = links as typeof lexer.tokens.links;
  return lexer.lex(source);
}

const parse = (tokens: Token[]): string => sanitise(new marked.Parser(marked.defaults).parse(tokens));

/** HTML of a whole block. `links` takes the link definitions found in it. */
export const renderText = (source: string, links: Links): string => parse(lex(source, links));

/** HTML of what stands inside one <li>; always as paragraphs, so that a list looks the same tight and loose. */
export function renderItem(source: string, links: Links): string {
  const [list] = lex(source, links);
  if (list?.type !== "list") return renderText(source, links);
  return parse((list as Tokens.List).items[0]!.tokens.reduce(asParagraphs, []));
}

/** A tight list's bare text becomes a paragraph, with the box of a task inside it. */
function asParagraphs(tokens: Token[], token: Token): Token[] {
  const box = tokens.at(-1)?.type === "checkbox" ? tokens.slice(-1) : [];
  if (token.type !== "text") return [...tokens, token];
  const inner = "tokens" in token ? (token.tokens ?? []) : [];
  return [...tokens.slice(0, tokens.length - box.length), { ...token, type: "paragraph", tokens: [...box, ...inner] } as Token];
}

export interface Cell {
  html: string;
  align: "left" | "center" | "right" | null;
}

/** Cells of one row, or of the header where `row` is "". */
export function renderRow(head: string, row: string, links: Links): Cell[] {
  const [table] = lex(row === "" ? head : `${head}\n${row}`, links);
  if (table?.type !== "table") return [{ html: renderText(row || head, links), align: null }];
  const { header, rows } = table as Tokens.Table;
  const parser = new marked.Parser(marked.defaults);
  const cells = row === "" ? header : (rows[0] ?? []);
  return cells.map(({ tokens, align }) => ({ html: sanitise(parser.parseInline(tokens)), align }));
}
