"""The list of conversations, scrolled from its top to its end as it loads."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.people import Person
from tests.site import Site, python

MANY = 10_000

# One screen a frame; at the end it waits for the next page. A frame lasts from one to the next.
_SCROLL = """async (rows) => {
    const area = document.querySelector("nav .rows");
    const frames = [];
    let drawn = 0;
    let before = performance.now();
    window.longTasks.length = 0;
    while (area.scrollHeight < rows * 36) {
        area.scrollTop += area.clientHeight;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
        drawn = Math.max(drawn, area.querySelectorAll("li").length);
    }
    return {frames, drawn, tasks: window.longTasks.map(([, duration]) => duration)};
}"""


@dataclass(frozen=True)
class Scrolling:
    """Milliseconds."""

    rows: int
    drawn: int  # rows in the document at once, at most
    frames: int
    longest_frame: float
    slow_frames: int  # over 50 ms
    long_tasks: list[float]


def scrolled(page: Page, site: Site, person: Person) -> Scrolling:
    """Fills the list of somebody signed in, and scrolls through all of it."""
    python(site.env, "-m", "tests.many", person.email, str(MANY))
    page.goto(site.url)
    expect(page.locator("nav li a").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    found = page.evaluate(_SCROLL, MANY)
    frames = found["frames"]
    return Scrolling(
        rows=MANY,
        drawn=found["drawn"],
        frames=len(frames),
        longest_frame=max(frames),
        slow_frames=sum(frame > 50 for frame in frames),
        long_tasks=found["tasks"],
    )
