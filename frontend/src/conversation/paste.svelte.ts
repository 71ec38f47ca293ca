/** What comes from the clipboard: files, or a text so long that it might better be a file. */

/** Characters from where on a file is offered. */
const LONG = 10_000;

/** Its files; none when there is text as well: spreadsheets put a picture of their cells beside them. */
export function filesIn(clipboard: DataTransfer): File[] {
  return clipboard.getData("text/plain") === "" ? [...clipboard.files] : [];
}

export class LongPaste {
  /** Characters of the text that was pasted last, when it was long. */
  count = $state(0);
  /** As the text field has it. */
  text = "";

  note(text: string): void {
    if (text.length <= LONG) return;
    this.text = text.replaceAll(/\r\n?/g, "\n");
    this.count = this.text.length;
  }

  done(): void {
    this.count = 0;
    this.text = "";
  }
}
