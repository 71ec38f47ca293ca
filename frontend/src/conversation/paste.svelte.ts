/** What comes from the clipboard: files, or a text so long that it might better be a file. */

import { t } from "../i18n";

/** Characters from where on a file is offered. */
const LONG = 10_000;

/** Its files; none when there is text as well: spreadsheets put a picture of their cells beside them. */
export function filesIn(clipboard: DataTransfer): File[] {
  return clipboard.getData("text/plain") === "" ? [...clipboard.files] : [];
}

export class LongPaste {
  /** Characters of the text that was pasted last, when it was long. */
  count = $state(0);
  #text = "";

  note(text: string): void {
    if (text.length <= LONG) return;
    // As a text field has it.
    this.#text = text.replaceAll(/\r\n?/g, "\n");
    this.count = this.#text.length;
  }

  /** The draft without the text, and the text as a file; no file when it was changed since. */
  split(draft: string): [string, File | null] {
    const text = this.#text;
    this.done();
    const at = draft.indexOf(text);
    if (at < 0) return [draft, null];
    return [draft.slice(0, at) + draft.slice(at + text.length), new File([text], t("pastedName"), { type: "text/plain" })];
  }

  done(): void {
    this.count = 0;
    this.#text = "";
  }
}
