"""Every state of the page, wide and narrow, light and dark, in both languages: designed, and nothing out of place.

The pictures are for people: CHATSITE_SCREENSHOTS=/some/folder keeps them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.upstream import Upstream

TEXT = """\
## 周末去苏州 · A weekend in Suzhou

**注意：**周五出发，预算约 10~20 元一杯茶；*details* below, see https://example.org/suzhou，然后决定。

1. **Friday** evening: arrive, walk along 平江路
   - a bowl of noodles
2. **Saturday**: the Humble Administrator's Garden

| Day | Morning | Afternoon | Cost |
|-----|---------|-----------|-----:|
| 周六 | 拙政园 | 苏州博物馆 | 80 |
| Sunday | Tiger Hill | Train home | 120 |

```python
def total(costs: list[int]) -> int:
    return sum(costs)  # of both days, for two people, without the noodles that somebody else paid for
```

- [x] Book the train
- [ ] Ask what you like

> 上有天堂，下有苏杭。
"""


NOBODYS = "00000000-0000-7000-8000-000000000009"  # no conversation has this id


@dataclass(frozen=True)
class Look:
    """One way to see the page."""

    name: str
    options: dict[str, Any]
    sign_in: str  # what the button is called


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LOOKS = [
    Look("1280-light-en", {"color_scheme": "light"}, "Sign in"),
    Look("1280-dark-zh", {"color_scheme": "dark", "locale": "zh-CN"}, "登录"),
    Look("390-light-zh", {**PHONE, "color_scheme": "light", "locale": "zh-CN"}, "登录"),
    Look("390-dark-en", {**PHONE, "color_scheme": "dark"}, "Sign in"),
]


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    found: Look = request.param
    return found


@pytest.fixture
def tab(new_tab: NewTab, look: Look) -> Tab:
    return new_tab(**look.options)


@pytest.fixture
def shot(tab: Tab, look: Look, screenshots: Path) -> Callable[[str], None]:
    """Takes a picture of a state, and holds the page to what is true of each."""

    def take(state: str) -> None:
        tab.wait_until_still()
        tab.page.screenshot(path=screenshots / f"{look.name}-{state}.png")
        assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert tab.page.evaluate(_SMALL) == []

    return take


# Buttons and links of the page itself that are smaller than 44 px where a finger points.
_SMALL = """() => !matchMedia("(pointer: coarse)").matches ? [] :
    [...document.querySelectorAll("button, nav a, summary, textarea, .dock a.primary")]
        .filter(node => node.checkVisibility({visibilityProperty: true}) && !node.closest("[inert]"))
        .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
        .map(([html]) => html)"""

Shot = Callable[[str], None]


def send(tab: Tab, text: str) -> None:
    """With the button: on a phone Enter begins a line."""
    tab.composer.fill(text)
    tab.page.locator(".composer button.go").click()


def hold(tab: Tab, url: str) -> Callable[[], Route]:
    """Requests to this wait; what is returned waits for the first of them."""
    held: list[Route] = []
    tab.page.route(url, lambda route: held.append(route))

    def first() -> Route:
        while not held:
            tab.page.wait_for_timeout(20)
        return held[0]

    return first


def delta(text: str) -> str:
    """The fields that every chunk has."""
    return f'"choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]'


def stream(tab: Tab, *chunks: tuple[str, str]) -> None:
    """Answers the next start with these (fields, event) instead of the server's; the fields "" are [DONE]."""
    ids = '"convGroupId":"018f-g","convId":"m","parentConvId":"q"'
    frames = [f"id: m.1\ndata: {{{delta('')},{ids}}}"]
    for seq, (fields, event) in enumerate(chunks, 2):
        frames.append(f"id: m.{seq}\nevent: {event}\ndata: {{{fields}}}" if fields else "data: [DONE]")
    body = "\n\n".join(frames) + "\n\n"
    tab.page.route("**/api/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))


def test_empty(tab: Tab, shot: Shot) -> None:
    expect(tab.page.locator(".welcome")).to_be_visible()
    shot("empty")


def test_from_sending_to_the_end(tab: Tab, shot: Shot, upstream: Upstream) -> None:
    upstream.default(text=TEXT, gate="middle", after=60)
    held = hold(tab, "**/api/chat")
    send(tab, "周末去苏州，两个人，安排得轻松一点。")
    expect(tab.answer.locator(".dots")).to_be_visible()
    shot("sending")
    held().continue_()
    expect(tab.text).to_contain_text("arrive")
    shot("streaming")
    upstream.open("middle")
    expect(tab.text).to_contain_text("上有天堂")
    shot("ended")
    tab.page.locator(".scroll").evaluate("area => area.scrollTo(0, 0)")
    shot("ended-top")


def test_thinking(tab: Tab, shot: Shot, upstream: Upstream) -> None:
    upstream.default(reasoning=20, count=1, gate="never")
    send(tab, "Which of the two is larger, 9.11 or 9.9?")
    expect(tab.answer.locator("summary")).to_be_visible()
    tab.answer.locator("summary").click()
    shot("thinking")


def stop_a_story(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text="These words were kept. Not these.", size=23, gate="never", after=1)
    send(tab, "Tell me a long story.")
    expect(tab.text).to_be_visible()
    tab.page.locator(".composer button.go").click()


def limit(tab: Tab) -> None:
    """From now on the server has had enough messages."""
    told = {"code": 42901, "msg": "Too many messages."}
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=429, json=told, headers={"Retry-After": "3600"}))


def test_stopped(tab: Tab, shot: Shot, upstream: Upstream) -> None:
    stop_a_story(tab, upstream)
    expect(tab.answer.locator(".ending")).to_be_visible()
    shot("stopped")


def test_failed(tab: Tab, shot: Shot, upstream: Upstream) -> None:
    upstream.default(status=429)
    send(tab, "Are you there?")
    expect(tab.answer.locator(".ending.failed")).to_be_visible()
    shot("failed")


def test_interrupted(tab: Tab, shot: Shot) -> None:
    close = '"status":"interrupted","code":50303,"msg":"The server ended.","retryable":true'
    stream(tab, (f"{delta('What had arrived until then')}", ""), (f"{delta('')},{close}", "close"))
    send(tab, "How long is a piece of string?")
    expect(tab.answer.locator(".ending")).to_be_visible()
    shot("interrupted")


def test_filtered(tab: Tab, shot: Shot) -> None:
    filtered = '"code":10013,"filteredText":"This answer was withheld."'
    stream(tab, (f"{delta('')},{filtered}", "moderation"), (f'{delta("")},"status":"completed"', ""), ("", ""))
    send(tab, "something the rules do not like")
    expect(tab.answer.locator(".note")).to_be_visible()
    shot("filtered")


def test_over_the_limit(tab: Tab, shot: Shot) -> None:
    limit(tab)
    send(tab, "one more")
    expect(tab.answer.locator(".ending.failed")).to_be_visible()
    shot("limit")


def test_reconnecting(tab: Tab, shot: Shot) -> None:
    tab.page.route("**/api/chat", lambda route: route.abort("connectionreset"))
    send(tab, "Is anybody there?")
    expect(tab.answer.locator(".lost")).to_have_css("opacity", "1")
    shot("reconnecting")


def test_offline(tab: Tab, shot: Shot) -> None:
    tab.page.context.set_offline(True)
    send(tab, "written in a tunnel")
    expect(tab.page.locator(".warn")).to_be_visible()
    expect(tab.answer.locator(".lost")).to_have_css("opacity", "1")
    shot("offline")


def test_signed_out(tab: Tab, shot: Shot) -> None:
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=401, json={"code": 40103, "msg": "no"}))
    send(tab, "These words are kept.")
    expect(tab.page.locator(".warn")).to_be_visible()
    shot("signed-out")


def test_not_found(tab: Tab, shot: Shot) -> None:
    tab.page.goto(f"{tab.url}/c/{NOBODYS}")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    shot("not-found")


def test_loading_and_unreachable(tab: Tab, shot: Shot) -> None:
    held = hold(tab, "**/api/conversations/*")
    tab.page.goto(f"{tab.url}/c/{NOBODYS}")
    expect(tab.page.locator("main .skeleton")).to_have_css("opacity", "1")
    shot("loading")
    held().abort()
    expect(tab.page.get_by_role("alert")).to_be_visible()
    expect(tab.page.locator("main .skeleton")).to_have_count(0)
    shot("unreachable")


def test_broken(tab: Tab, shot: Shot) -> None:
    error = {"code": 50001, "msg": "Something went wrong."}
    tab.page.route("**/api/conversations/*", lambda route: route.fulfill(status=500, json=error))
    tab.page.goto(f"{tab.url}/c/{NOBODYS}")
    expect(tab.page.get_by_role("alert").get_by_role("button")).to_be_visible()
    shot("broken")


def test_too_long_a_message(tab: Tab, shot: Shot) -> None:
    tab.composer.fill("words " * 33_400, timeout=120_000)
    expect(tab.page.locator(".hint.wrong")).to_be_visible()
    expect(tab.page.locator(".composer button.go")).to_be_disabled()
    shot("too-long")


def test_nothing_answered(tab: Tab, shot: Shot) -> None:
    stream(tab, (f'{delta("")},"status":"completed"', ""), ("", ""))
    send(tab, "Say nothing.")
    expect(tab.answer.locator(".ending button")).to_be_visible()
    shot("nothing")


def test_the_length_limit(tab: Tab, shot: Shot) -> None:
    stopped = '"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"status":"completed"'
    stream(tab, (delta("As much as fits into"), ""), (stopped, ""), ("", ""))
    send(tab, "Tell me everything.")
    expect(tab.answer.locator(".ending button")).to_be_visible()
    shot("length")


def test_a_continue_that_is_refused(tab: Tab, shot: Shot, upstream: Upstream) -> None:
    stop_a_story(tab, upstream)
    limit(tab)
    tab.answer.locator(".ending button").first.click()
    expect(tab.answer.locator(".ending span").first).to_be_visible()
    shot("continue-refused")


def test_the_demo_says_that_it_is_one(tab: Tab, shot: Shot) -> None:
    def as_demo(route: Route) -> None:
        found = route.fetch().json()
        models = [model | {"demo": True} for model in found["models"]]
        route.fulfill(json=found | {"models": models})

    tab.page.route("**/api/models", as_demo)
    tab.page.reload()
    expect(tab.page.locator(".dock p")).to_be_visible()
    shot("demo")


def test_menus(tab: Tab, shot: Shot, look: Look) -> None:
    send(tab, "Hello")
    tab.wait_until_ended()
    tab.page.locator(".model-choice").click()
    shot("models")
    tab.page.keyboard.press("Escape")
    if "viewport" in look.options:
        tab.page.locator("main header .tool").first.click()
        shot("sidebar")
    tab.page.locator("nav li").first.hover()
    tab.page.locator(".row-menu").click()
    shot("row-menu")
    tab.page.get_by_role("menuitem").nth(1).click()
    shot("delete")
    tab.page.keyboard.press("Escape")
    tab.page.locator(".account").click()
    shot("account")


def _row(number: int) -> dict[str, Any]:
    when = f"2026-01-{28 - number % 28:02}T08:00:00Z"
    return {
        "convGroupId": f"00000000-0000-7000-8000-{number:012}",
        "title": f"Conversation {number} about something rather long",
        "model": "m",
        "version": 1,
        "created": when,
        "updated": when,
        "inProgress": number == 2,
    }


def test_a_long_conversation_list(tab: Tab, shot: Shot, look: Look) -> None:
    page = {"conversations": [_row(number) for number in range(40)], "nextCursor": None}
    tab.page.route("**/api/conversations", lambda route: route.fulfill(json=page))
    tab.page.reload()
    if "viewport" in look.options:
        tab.page.locator("main header .tool").first.click()
    expect(tab.rows.first).to_be_visible()
    shot("list")
