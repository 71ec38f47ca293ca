/** Which conversation is open: the address says it. */

const ID = /^\/c\/([^/]+)\/?$/;

class Route {
  /** null is a new conversation. */
  id = $state(idIn(location.pathname));

  constructor() {
    addEventListener("popstate", () => (this.id = idIn(location.pathname)));
  }

  go(id: string | null): void {
    if (id !== this.id) history.pushState(null, "", pathOf(id));
    this.id = id;
  }

  /** The conversation on view got its id: no step in the history. */
  named(id: string): void {
    history.replaceState(null, "", pathOf(id));
    this.id = id;
  }
}

function idIn(path: string): string | null {
  return ID.exec(path)?.[1] ?? null;
}

export const pathOf = (id: string | null): string => (id === null ? "/" : `/c/${id}`);

export const route = new Route();

/** For links: follow them in the page, unless a new tab or window was asked for. */
export function follow(event: MouseEvent, id: string | null): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  route.go(id);
}
