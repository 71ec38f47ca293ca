/** The last step before HTML is shown: whatever a model wrote, only what can do no harm is left. */

import createDOMPurify from "dompurify";

const ALLOWED_TAGS =
  "a abbr b blockquote br button code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li " +
  "mark ol p pre q rp rt ruby s samp small span strong sub summary sup table tbody td th thead tr u ul var";
/** MathML Core, without what embeds HTML, links or runs. */
const MATH_TAGS =
  "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt " +
  "mstyle msub msubsup msup mtable mtd mtext mtr munder munderover";
const MATH_ATTRIBUTES =
  "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop linethickness " +
  "lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace " +
  "scriptlevel separator stretchy symmetric voffset width";

const purify = createDOMPurify(window);
purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});
// What was kept stands between tags. In an attribute its quotes would end the attribute.
purify.addHook("uponSanitizeAttribute", (_, attribute) => {
  if (attribute.attrValue.includes(MARK)) attribute.keepAttr = false;
});

/** Finds what is anything but a bare tag of those: an attribute, a comment, a tag that is not allowed. */
const notBare = new RegExp(`<(?!/?(?:${ALLOWED_TAGS.replaceAll(" ", "|")})>)`);

/** Nobody can write it who does not know it, so that what is kept is ours. */
const MARK = `kept${[...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("")}n`;
const marks = new RegExp(`${MARK}(\\d+);`, "g");
let kept: string[] = [];

/** Markup of our own, past the next `sanitise`; returns what stands for it until then. */
export const keep = (html: string): string => `${MARK}${kept.push(html) - 1};`;

export function sanitise(html: string): string {
  // Bare tags can do no harm, and most blocks have no others; to sanitise them would be half the cost of a delta.
  const clean = notBare.test(html) ? purified(html) : html;
  if (kept.length === 0) return clean;
  const ours = kept;
  kept = [];
  return clean.replace(marks, (_, at: string) => ours[Number(at)]!);
}

/**
 * Browsers report a refused policy for styles, handlers and the like already where the sanitiser parses them. So they
 * lose their names first; what this misses is sanitised all the same.
 */
const unnamed = (html: string): string =>
  html
    .replace(/(<\/?)(?=(?:style|base|script|link|meta|iframe|object|embed|svg|math|noscript|xmp|template|form)\b)/gi, "$1x-")
    .replace(/<[a-z][^<]*/gi, (tag) => tag.replace(/(?<=[\s/"'])(?=(?:style|on\w+)[\s/]*=)/gi, "x-"));

export const purified = (html: string): string =>
  purify.sanitize(unnamed(html), {
    ALLOWED_TAGS: ALLOWED_TAGS.split(" "),
    ALLOWED_ATTR: ["href", "title", "align", "start", "open", "dir", "lang", "colspan", "rowspan"],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });

export const sanitiseMath = (math: string): string =>
  purify.sanitize(math, {
    ALLOWED_TAGS: MATH_TAGS.split(" ").concat("#text"),
    ALLOWED_ATTR: MATH_ATTRIBUTES.split(" "),
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char]!);
