/**
 * The alphabets of mathematics. Browsers know only `mathvariant="normal"`; a letter of another alphabet has a character
 * of its own in Unicode ("Mathematical Alphanumeric Symbols"), with holes where it had one before.
 */

interface Alphabet {
  /** Code points of A, a, 0, Α and α in it, where it has them. */
  A: number;
  a: number;
  zero?: number;
  Alpha?: number;
  alpha?: number;
  holes?: Record<string, string>;
}

const ALPHABETS: Record<string, Alphabet> = {
  bold: { A: 0x1d400, a: 0x1d41a, zero: 0x1d7ce, Alpha: 0x1d6a8, alpha: 0x1d6c2 },
  italic: { A: 0x1d434, a: 0x1d44e, Alpha: 0x1d6e2, alpha: 0x1d6fc, holes: { h: "ℎ" } },
  "bold-italic": { A: 0x1d468, a: 0x1d482, Alpha: 0x1d71c, alpha: 0x1d736 },
  script: {
    ...{ A: 0x1d49c, a: 0x1d4b6 },
    holes: { B: "ℬ", E: "ℰ", F: "ℱ", H: "ℋ", I: "ℐ", L: "ℒ", M: "ℳ", R: "ℛ", e: "ℯ", g: "ℊ", o: "ℴ" },
  },
  fraktur: { A: 0x1d504, a: 0x1d51e, holes: { C: "ℭ", H: "ℌ", I: "ℑ", R: "ℜ", Z: "ℨ" } },
  "double-struck": {
    ...{ A: 0x1d538, a: 0x1d552, zero: 0x1d7d8 },
    holes: { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ" },
  },
  "sans-serif": { A: 0x1d5a0, a: 0x1d5ba, zero: 0x1d7e2 },
  "bold-sans-serif": { A: 0x1d5d4, a: 0x1d5ee, zero: 0x1d7ec },
  "sans-serif-italic": { A: 0x1d608, a: 0x1d622 },
  monospace: { A: 0x1d670, a: 0x1d68a, zero: 0x1d7f6 },
};

/** MathML whose letters say themselves which alphabet they are of. */
export const inAlphabets = (math: string): string =>
  math.replace(/<(m[ino]|mtext) mathvariant="([a-z-]+)">([^<]*)<\/\1>/g, (whole, tag: string, name: string, text: string) => {
    const alphabet = Object.hasOwn(ALPHABETS, name) ? ALPHABETS[name]! : null;
    return alphabet ? `<${tag}>${text.replace(/&\w+;|./gu, (char) => letter(char, alphabet))}</${tag}>` : whole;
  });

function letter(char: string, { A, a, zero, Alpha, alpha, holes }: Alphabet): string {
  if (holes && Object.hasOwn(holes, char)) return holes[char]!;
  const shifted = (first: string, to?: number): string =>
    to === undefined ? char : String.fromCodePoint(to + char.charCodeAt(0) - first.charCodeAt(0));
  if (/^[A-Z]$/.test(char)) return shifted("A", A);
  if (/^[a-z]$/.test(char)) return shifted("a", a);
  if (/^[0-9]$/.test(char)) return shifted("0", zero);
  if (/^[Α-Ω]$/.test(char)) return shifted("Α", Alpha);
  return /^[α-ω]$/.test(char) ? shifted("α", alpha) : char;
}
