/** What can be done with a message, wherever it is shown. */

import type { Rating } from "../wire";
import type { Item } from "./item";

export interface Actions {
  /** Ask the question in other words, beside what it was. */
  edit: (question: Item, text: string) => void;
  /** Another answer beside this one, by the same model or by `model`. */
  regenerate: (answer: Item, model?: string) => void;
  /** More text for an answer that ended early. */
  proceed: (answer: Item) => void;
  /** What was not accepted goes back into the composer. */
  back: () => void;
  /** Go to the branch through this sibling of `from`. */
  show: (convId: string, from: Item) => void;
  /** The branch up to here becomes a conversation of its own. */
  fork: (item: Item) => void;
  /** With all below it. */
  remove: (item: Item) => void;
  details: (item: Item) => void;
  /** Say what the answer was like; 0 takes it back. Resolves to whether the server keeps it. */
  rate: (answer: Item, value: Rating["value"] | 0, reason?: string) => Promise<boolean>;
}
