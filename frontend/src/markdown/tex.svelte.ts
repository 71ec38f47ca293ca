/**
 * TeX to MathML, which browsers lay out by themselves: no fonts, no styles, and a screen reader can say it. KaTeX is
 * fetched with the first formula; until it is here, and for what it cannot read, the source is shown.
 */

import type katex from "katex";
import { inAlphabets } from "./alphabets";
import { escape, sanitiseMath } from "./sanitise";

type Katex = typeof katex;

/** Results that are kept: an open block is rendered again with each delta. */
const MOST_KEPT = 1000;
/** `maxExpand` ends macros that call themselves, `maxSize` (in em) glyphs as big as the page. */
const LIMITS = { maxExpand: 200, maxSize: 20 };
/** Longer ones are source: they would hold up the page. */
const LONGEST = 5000;

class Tex {
  /** KaTeX is here. */
  ready = $state(false);
  /** How often a formula was shown as its source because it is not. */
  missed = 0;
  #katex: Katex | null = null;
  #loading: Promise<void> | null = null;
  #known = new Map<string, string>();

  /** HTML of a formula; `raw` is the source with what stands around it. */
  html(tex: string, display: boolean, raw: string): string {
    if (this.#katex === null) {
      this.missed += 1;
      void this.load();
      return source(raw);
    }
    const key = `${display ? "d" : "i"}${raw}`;
    // A copy: what was cut out of a text, and is kept, keeps all of that text in memory.
    const html = this.#known.get(key) ?? this.#set(tex, display, structuredClone(raw));
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, html);
    return html;
  }

  /** Never rejects: without a network formulas stay source, and the next one asks again. */
  load(): Promise<void> {
    this.#loading ??= this.#fetch().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #fetch(): Promise<void> {
    try {
      this.#katex ??= (await import("katex")).default;
      this.ready = true;
    } catch {
      // As said above.
    }
  }

  #set(tex: string, display: boolean, raw: string): string {
    if (tex.length > LONGEST) return source(raw);
    try {
      return framed(this.#mathml(tex, display), display, raw);
    } catch (error) {
      return source(raw, error instanceof Error ? error.message : "");
    }
  }

  #mathml(tex: string, displayMode: boolean): string {
    const options = { displayMode, output: "mathml", trust: false, strict: "ignore", throwOnError: true, ...LIMITS } as const;
    const [math] = /<math[\s\S]*<\/math>/.exec(this.#katex!.renderToString(tex, options)) ?? [""];
    const bare = math.replace(/<annotation[\s\S]*?<\/annotation>|<\/?semantics>/g, "");
    return sanitiseMath(signed(inAlphabets(bare)));
  }
}

export const tex = new Tex();

/** A sign behind an operator belongs to the number after it: "= −1", not "= − 1". */
const signed = (math: string): string =>
  math.replace(/(?<=<mo[^>]*>(?:[^<()[\]|]|&[lg]t;)<\/mo>)<mo>([−+±])<\/mo>/g, '<mo form="prefix">$1</mo>');

/** `alttext` is what copying gives. */
function framed(math: string, display: boolean, raw: string): string {
  const named = math.replace("<math", () => `<math alttext="${escape(raw.trim())}"`);
  return display ? `<span class="formula" role="group" tabindex="0">${named}</span>` : named;
}

const source = (raw: string, why = ""): string =>
  `<samp${why && ` title="${escape(why)}"`}>${escape(raw.trim()).replaceAll("\n", "<br>")}</samp>`;
