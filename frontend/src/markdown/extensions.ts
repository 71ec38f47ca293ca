/** What a file with code of a language is called. */

import { grammarOf } from "./highlight";

const EXTENSIONS: Record<string, string> = {
  bash: "sh", c: "c", cpp: "cpp", csharp: "cs", css: "css", diff: "diff", go: "go", haskell: "hs", ini: "ini", java: "java",
  javascript: "js", json: "json", kotlin: "kt", latex: "tex", lua: "lua", markdown: "md", perl: "pl", php: "php",
  powershell: "ps1", python: "py", r: "r", ruby: "rb", rust: "rs", scala: "scala", scss: "scss", sql: "sql", swift: "swift",
  typescript: "ts", xml: "xml", yaml: "yaml",
}; // prettier-ignore

/** The language's own word where several share a grammar (toml, html), when it can stand in a file's name. */
export function extensionOf(language: string): string {
  const word = language.toLowerCase();
  if (["html", "svg", "toml", "tsx", "jsx", "vue", "svelte", "hpp", "h"].includes(word)) return word;
  return EXTENSIONS[grammarOf(word) ?? ""] ?? "txt";
}
