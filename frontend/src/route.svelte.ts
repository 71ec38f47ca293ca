/** Which conversation is open, and which message of it is looked for: the address says it. */

const ID = /^\/c\/([^/]+)\/?$/;
const SETTINGS = /^\/settings(?:\/([a-z]+))?$/;

class Route {
  /** null is a new conversation. */
  id = $state(idIn(location) ?? under());
  /** A message to go to in it, from the address `/c/<id>?m=<convId>`. */
  message = $state(messageIn(location));
  /** Rises with each step, also with one to where one is already. */
  steps = $state(0);
  /** The section of the settings on view, "" for the list of them; null is none: a conversation is on view. */
  settings = $state(sectionIn(location));

  constructor() {
    addEventListener("popstate", () => this.#read());
  }

  go(id: string | null, message: string | null = null): void {
    if (id !== this.id || this.settings !== null) history.pushState(null, "", pathOf(id, message));
    this.id = id;
    this.message = message;
    this.settings = null;
    this.steps += 1;
  }

  /** The conversation on view got its id: no step in the history. */
  named(id: string): void {
    history.replaceState(null, "", pathOf(id));
    this.id = id;
  }

  /** The message is on view: the same address later means the conversation. */
  revealed(): void {
    history.replaceState(null, "", pathOf(this.id));
    this.message = null;
  }

  /** The settings lie over the conversation that is open, which stays it. */
  toSettings(section = ""): void {
    if (section !== this.settings) history.pushState({ under: this.id }, "", settingsPath(section));
    this.settings = section;
    this.steps += 1;
  }

  #read(): void {
    this.settings = sectionIn(location);
    if (this.settings !== null) return;
    this.id = idIn(location);
    this.message = messageIn(location);
  }
}

function sectionIn({ pathname }: Location): string | null {
  const found = SETTINGS.exec(pathname);
  return found && (found[1] ?? "");
}

function idIn({ pathname }: Location): string | null {
  return ID.exec(pathname)?.[1] ?? null;
}

/** The conversation that the settings lie over, also in a page that was loaded anew. */
function under(): string | null {
  return (history.state as { under?: string } | null)?.under ?? null;
}

function messageIn({ search }: Location): string | null {
  return new URLSearchParams(search).get("m");
}

export const pathOf = (id: string | null, message: string | null = null): string =>
  id === null ? "/" : `/c/${id}${message === null ? "" : `?m=${message}`}`;

export const settingsPath = (section: string): string => (section === "" ? "/settings" : `/settings/${section}`);

export const route = new Route();

/** For links: follow them in the page, unless a new tab or window was asked for. */
export function follow(event: MouseEvent, id: string | null, message: string | null = null): void {
  if (here(event)) route.go(id, message);
}

export function followSettings(event: MouseEvent, section: string): void {
  if (here(event)) route.toSettings(section);
}

function here(event: MouseEvent): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  return true;
}
