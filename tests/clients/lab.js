/** What a test asks of every client, in a page as in a program: start a reading, wait for words, stop it, see its end. */

const PATIENCE = 20_000; // ms for anything that is waited for

/** What one client has shown of one answer so far. */
class Reading extends EventTarget {
  events = [];
  content = "";
  cursor = "";
  ended = false; // the terminal event was seen
  error = null;
  over = false; // the client does nothing more
  #stopper = new AbortController();

  get signal() {
    return this.#stopper.signal;
  }

  stop() {
    this.#stopper.abort();
  }

  /** One event, as the client hands it over. Whatever is no chunk and no [DONE] must not have come. */
  take = ({ id, event, data }) => {
    this.events.push({ id: id || "", event: event || "message", data });
    if (id) this.cursor = id;
    if (data === "[DONE]" || event === "close") this.ended = true;
    try {
      if (data !== "[DONE]") this.content += JSON.parse(data).choices[0].delta.content;
    } catch (error) {
      this.error = { message: `${error} in ${JSON.stringify({ id, event, data })}` };
    }
    this.#changed();
  };

  /** Nothing more will come: with an error that the client has shown, or without. */
  close(error = null) {
    this.error ??= error && { status: error.status, code: error.code, message: error.message };
    this.over = true;
    this.#changed();
  }

  async until(condition) {
    while (!condition() && !this.over) {
      await new Promise((resolve) => this.addEventListener("change", resolve, { once: true }));
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The four things, of one reading at a time. `adapters` by name: async (ask, reading), see adapters/. */
export class Lab {
  #reading;

  constructor(adapters) {
    this.adapters = adapters;
  }

  start(name, ask) {
    const reading = (this.#reading = new Reading());
    this.adapters[name](ask, reading).then(
      () => reading.close(),
      (error) => reading.close(error),
    );
  }

  /** Resolves when the answer contains the text; an error says what came instead. */
  async until(text) {
    await this.#patiently(() => this.#reading.content.includes(text));
    if (!this.#reading.content.includes(text)) throw new Error(`over before ${text}: ${this.#told()}`);
  }

  stop() {
    this.#reading.stop();
  }

  /** Resolves when the client has ended by itself or was stopped: everything it has shown. */
  async end() {
    await this.#patiently(() => this.#reading.over);
    return { events: this.#reading.events, error: this.#reading.error };
  }

  async #patiently(condition) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`waited in vain: ${this.#told()}`)), PATIENCE);
    });
    await Promise.race([this.#reading.until(condition), late]).finally(() => clearTimeout(timer));
  }

  #told() {
    const { content, error, over, events } = this.#reading;
    return JSON.stringify({ error, over, events: events.slice(-3), content });
  }
}
