"""Where clients read: the site, two people's browsers, and the right kind of reader for each client."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext

from tests.clients.catalog import Client
from tests.clients.lab import Page, Program
from tests.clients.reader import Ask, Reader
from tests.clients.shell import Shell
from tests.site import Site


@dataclass
class Stage:
    """Where clients read. `reader` gives the place a client lives in, `ask` what it needs to ask there."""

    site: Site
    alice: BrowserContext
    nobody: BrowserContext
    script: str

    def reader(self, client: Client, base: str = "", *, signed_in: bool = True) -> Reader:
        """At the site, or at a proxy before it."""
        if client.place == "Chromium":
            return Page(self.alice if signed_in else self.nobody, base or self.site.url, self.script)
        return Program() if client.place == "Node" else Shell()

    def ask(self, reader: Reader, base: str = "", **what: Any) -> Ask:
        """As alice: in a page with an access token, elsewhere with her API key."""
        bearer = reader.token() if isinstance(reader, Page) else self.site.user("alice").key
        return Ask(base or self.site.url, bearer=bearer, **what)
