"""The first visit: what the chat page costs somebody whose browser has never seen it."""

import gzip
from collections.abc import Iterable
from urllib.parse import urlsplit

from playwright.sync_api import Response

from tests.bench.kit.page.stage import Stage, settle
from tests.bench.kit.report import Part, Target

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure(stage: Stage) -> Part:
    """Bytes of what its HTML names, and apart from them what that loads lazily."""
    with stage.page("first") as page:
        seen: list[Response] = []
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.on("response", lambda response: seen.append(response))
        answered = page.reload()
        settle(page)
        assert answered
        html = answered.text()
        named = [response for response in seen if urlsplit(response.url).path in html]
        lazy = [response for response in seen if response not in named]
        js, css = _size(named, "js"), _size(named, "css")
        return Part(
            [
                ("first load: JS, bytes gz", js),
                ("first load: CSS, bytes gz", css),
                ("first load: lazy parts that load at once, bytes gz", _size(lazy, "js", "css")),
                ("first load: requests", len(seen)),
                ("first contentful paint, ms, server and browser on this machine", page.evaluate(_PAINTED)),
            ],
            [Target("first load, JS + CSS", (js + css) / 1024, 70, "KB gz")],
        )


def _size(responses: Iterable[Response], *kinds: str) -> int:
    wanted = (response for response in responses if urlsplit(response.url).path.rpartition(".")[2] in kinds)
    return sum(len(gzip.compress(response.body(), 9)) for response in wanted)
