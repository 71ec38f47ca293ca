/** Images: our own and those that came with the text are shown; another site's is a link that says where it leads. */

import { escape, keep } from "./sanitise";
import { t } from "./words";

const OWN = /^\/api\/attachments\/[\w-]+$/;
/** Formats that cannot hold a script. */
const INLINE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

export function image(href: string, text: string): string {
  if (OWN.test(href) || INLINE.test(href)) return keep(`<img src="${href}" alt="${escape(text)}" loading="lazy">`);
  const host = hostOf(href);
  if (host === null) return escape(text);
  // Nothing is fetched from elsewhere: our policy forbids it, and it would tell a stranger who reads what.
  return `<a href="${escape(href)}">${escape(t("imageFrom", { host }))}${text && `: ${escape(text)}`}</a>`;
}

/** null when it is no address of the web. */
function hostOf(href: string): string | null {
  const url = URL.canParse(href, location.href) ? new URL(href, location.href) : null;
  return url && /^https?:$/.test(url.protocol) ? url.host : null;
}
