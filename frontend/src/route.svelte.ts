/** Which conversation is open, and which message of it is looked for: the address says it. */

const ID = /^\/c\/([^/]+)\/?$/;

class Route {
  /** null is a new conversation. */
  id = $state(idIn(location));
  /** A message to go to in it, from the address `/c/<id>?m=<convId>`. */
  message = $state(messageIn(location));

  constructor() {
    addEventListener("popstate", () => this.#read());
  }

  go(id: string | null, message: string | null = null): void {
    if (id !== this.id) history.pushState(null, "", pathOf(id, message));
    this.id = id;
    this.message = message;
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

  #read(): void {
    this.id = idIn(location);
    this.message = messageIn(location);
  }
}

function idIn({ pathname }: Location): string | null {
  return ID.exec(pathname)?.[1] ?? null;
}

function messageIn({ search }: Location): string | null {
  return new URLSearchParams(search).get("m");
}

export const pathOf = (id: string | null, message: string | null = null): string =>
  id === null ? "/" : `/c/${id}${message === null ? "" : `?m=${message}`}`;

export const route = new Route();

/** For links: follow them in the page, unless a new tab or window was asked for. */
export function follow(event: MouseEvent, id: string | null, message: string | null = null): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  route.go(id, message);
}
