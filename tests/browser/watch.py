"""What sees a payload that got through."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from tests.browser.tab import Tab

# In every document, frames too, before anything of the page runs.
WITNESS = """
    window.ran = 0;
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
"""


class Watch:
    """Counts scripts that run, requests that leave the site, refusals of its policy; to be asked for none."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._own = page, urlsplit(url).netloc
        self.left: list[str] = []
        page.route(lambda address: urlsplit(address).netloc != self._own, self._leave)
        page.add_init_script(WITNESS)
        page.reload()

    def _leave(self, route: Route) -> None:
        self.left.append(route.request.url)
        route.abort()

    def found(self, within: str) -> tuple[int, list[str]]:
        """Scripts that ran and what was refused, here and in frames; handlers wait for mouse, focus or click."""
        self.page.evaluate(POKE, within)
        Tab(self.page, "").wait_until_still()
        told = [frame.evaluate("[window.ran, window.refused]") for frame in self.page.frames]
        return sum(ran for ran, _ in told), [refused for _, each in told for refused in each]

    def __call__(self, within: str = "body") -> None:
        assert self.found(within) == (0, [])
        assert self.left == []


# Links that open elsewhere are left alone: what they open is not this page.
POKE = """(within) => {
    for (const element of document.querySelectorAll(`${within} *`)) {
        for (const type of ["mouseover", "focus", "load", "error"]) element.dispatchEvent(new Event(type));
        if (element.matches("details")) element.dispatchEvent(new Event("toggle"));
        const href = element.getAttribute?.("href");
        if (href && !/^(https?:|mailto:|\\/|[^:]*$)/.test(href)) window.refused.push(href);
        for (const { name } of element.attributes) if (name.startsWith("on")) window.refused.push(name);
    }
}"""
