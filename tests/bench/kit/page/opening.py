"""A conversation of 2,000 messages is opened: by a click in the list, and by its address."""

from statistics import median

from tests.bench.kit.page.stage import Stage, settle
from tests.bench.kit.report import Part, Target

MESSAGES, TIMES = 2000, 7

# From the click to the frame after the one in which the last message stands in the view: by then it was painted.
_SEEN = """async ([begin, words]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const seen = (article) => {
        if (!article?.textContent.includes(words)) return false;
        const { top, bottom } = article.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
    };
    while (!seen([...document.querySelectorAll("article.answer")].at(-1))) await frame();
    await frame();
    const fetched = performance.getEntriesByType("resource");
    const tree = fetched.findLast(({ name }) => name.includes("texts="));
    return {
        took: performance.now() - begin,
        server: tree.responseEnd - tree.startTime,
        kilobytes: tree.encodedBodySize / 1024,
    };
}"""
_CLICK = f"""async ([row, words]) => {{
    const begin = performance.now();
    row.click();
    return ({_SEEN})([begin, words]);
}}"""


def measure(stage: Stage) -> Part:
    """The median of several, each time in a page that has not had the conversation yet."""
    words = f"End of answer {MESSAGES // 2 - 1}."
    conversation = stage.fill("tests.long", "opening", MESSAGES)
    clicked, addressed = [], []
    with stage.page("opening") as page:
        for _ in range(TIMES):
            page.goto(stage.site.url)
            settle(page)
            clicked.append(page.evaluate(_CLICK, [page.locator("nav li a").first.element_handle(), words]))
            page.goto(f"{stage.site.url}/c/{conversation}", wait_until="commit")
            addressed.append(page.evaluate(_SEEN, [0, words]))
    took = sorted(one["took"] for one in clicked)
    return Part(
        [
            (f"{MESSAGES:,} messages, from the click to the last one in view: median, ms", median(took)),
            ("... the fastest, ms", took[0]),
            ("... the slowest, ms", took[-1]),
            ("... of it until the tree is there: median, ms", median(one["server"] for one in clicked)),
            ("... KB of the tree", clicked[0]["kilobytes"]),
            ("... by its address, the whole page loaded: median, ms", median(one["took"] for one in addressed)),
        ],
        [Target(f"opening {MESSAGES:,} messages", median(took), 300, "ms")],
    )
