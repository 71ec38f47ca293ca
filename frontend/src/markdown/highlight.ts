/** Colours for code: highlight.js and each grammar are fetched when a block of that language is shown. */

import type { HLJSApi, LanguageFn } from "highlight.js";

type Grammar = () => Promise<{ default: LanguageFn }>;

const GRAMMARS: Record<string, Grammar> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  go: () => import("highlight.js/lib/languages/go"),
  haskell: () => import("highlight.js/lib/languages/haskell"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  latex: () => import("highlight.js/lib/languages/latex"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  nginx: () => import("highlight.js/lib/languages/nginx"),
  perl: () => import("highlight.js/lib/languages/perl"),
  php: () => import("highlight.js/lib/languages/php"),
  powershell: () => import("highlight.js/lib/languages/powershell"),
  python: () => import("highlight.js/lib/languages/python"),
  r: () => import("highlight.js/lib/languages/r"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  scala: () => import("highlight.js/lib/languages/scala"),
  scss: () => import("highlight.js/lib/languages/scss"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const ALIASES: Record<string, string> = {
  "c++": "cpp", cc: "cpp", h: "c", hpp: "cpp", "c#": "csharp", cs: "csharp", docker: "dockerfile", golang: "go", hs: "haskell",
  htm: "xml", html: "xml", js: "javascript", jsx: "javascript", json5: "json", jsonc: "json", kt: "kotlin", make: "makefile",
  md: "markdown", mjs: "javascript", patch: "diff", pl: "perl", ps1: "powershell", py: "python", python3: "python", rb: "ruby",
  rs: "rust", sass: "scss", sh: "bash", shell: "bash", console: "bash", svelte: "xml", svg: "xml", tex: "latex", toml: "ini",
  ts: "typescript", tsx: "typescript", vue: "xml", yml: "yaml", zsh: "bash",
}; // prettier-ignore

/** Longer code stays plain: its colours would cost a long task. */
const MOST = 60_000;

let core: HLJSApi | null = null;
const known = new Set<string>();

/** The grammar's name for what stands behind a fence; null when there is none. */
export function grammarOf(language: string): string | null {
  const name = language.toLowerCase();
  const found = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name;
  return Object.hasOwn(GRAMMARS, found) ? found : null;
}

export const isReady = (grammar: string): boolean => known.has(grammar);

/** Fetch what colouring this grammar needs. Rejects when it cannot be fetched: the code stays plain. */
export async function prepare(grammar: string): Promise<void> {
  if (known.has(grammar)) return;
  const [{ default: hljs }, { default: language }] = await Promise.all([import("highlight.js/lib/core"), GRAMMARS[grammar]!()]);
  core = hljs;
  hljs.registerLanguage(grammar, language);
  known.add(grammar);
}

/** HTML of each run of lines, coloured as one text; null when the code stays plain. `chunks` end at line ends. */
export function colour(grammar: string, chunks: readonly string[]): string[] | null {
  const code = chunks.join("");
  if (!core || !known.has(grammar) || code.length > MOST) return null;
  const html = core.highlight(code, { language: grammar, ignoreIllegals: true }).value;
  return cut(html, chunks.map((chunk) => chunk.split("\n").length - 1));
}

/** HTML of nested spans cut behind so many lines each; a span that goes on is closed and opened again. */
export function cut(html: string, lines: readonly number[]): string[] {
  const pieces: string[] = [];
  const open: string[] = [];
  let piece = "";
  let left = lines[0] ?? 0;
  for (const [token] of html.matchAll(/<span[^>]*>|<\/span>|\n|[^<\n]+/g)) {
    piece += token;
    if (token === "</span>") open.pop();
    else if (token.startsWith("<span")) open.push(token);
    else if (token === "\n" && (left -= 1) === 0 && pieces.length < lines.length - 1) {
      pieces.push(piece + "</span>".repeat(open.length));
      piece = open.join("");
      left = lines[pieces.length]!;
    }
  }
  return [...pieces, piece];
}
