"""What stays in memory of 50 answers, one after the other in one conversation."""

import json

from playwright.sync_api import CDPSession, Page, expect

from tests.bench.kit.page.stage import Stage, composer, metrics
from tests.bench.kit.page.text import sections
from tests.bench.kit.report import Part, Target

WARM, ANSWERS = 25, 50  # 20 turns stay mounted: before they are so many, each adds what is drawn of it
SECTIONS = 3
BESIDE = 4  # KB of a question and its answer beside their text: ids, times, usage, places in the tree

# Kinds of a heap snapshot that are not the page's data: compiled code grows as long as it gets faster, and what
# Chromium has of its own is watched as nodes of the document.
_OTHERS = {"code", "native", "hidden", "synthetic", "object shape"}


def measure(stage: Stage) -> Part:
    """Strings, objects, arrays and closures that are still there after a full collection."""
    texts = [f"{sections(n, SECTIONS)}End of answer {n}." for n in range(WARM + ANSWERS)]
    stage.upstream.reset()
    stage.upstream.next(*({"text": text, "size": 40} for text in texts))
    with stage.page("heap") as page:
        chrome = page.context.new_cdp_session(page)
        chrome.send("Performance.enable")
        for n in range(WARM):
            _ask(page, n)
        before, nodes = _kilobytes(chrome), metrics(chrome)["Nodes"]
        for n in range(WARM, WARM + ANSWERS):
            _ask(page, n)
        after, more_nodes = _kilobytes(chrome), metrics(chrome)["Nodes"] - nodes
    each, text = (after - before) / ANSWERS, 2 * sum(map(len, texts[WARM:])) / ANSWERS / 1024
    return Part(
        [
            (f"data on the heap after {WARM} answers, KB", before),
            (f"... after {ANSWERS} more", after),
            ("... more per answer, KB", each),
            ("... text of an answer, KB at 2 bytes a character", text),
            ("... more nodes of documents, all 50", more_nodes),
        ],
        [Target("heap per answer beyond its text", each - text, BESIDE, "KB")],
    )


def _ask(page: Page, n: int) -> None:
    composer(page).fill(f"Question {n}?")
    page.keyboard.press("Enter")
    last = page.locator("article.answer").last
    expect(last).to_contain_text(f"End of answer {n}.")
    expect(last).to_have_attribute("aria-busy", "false")


def _kilobytes(chrome: CDPSession) -> float:
    chunks: list[str] = []

    def take(event: dict[str, str]) -> None:
        chunks.append(event["chunk"])

    chrome.on("HeapProfiler.addHeapSnapshotChunk", take)
    chrome.send("HeapProfiler.takeHeapSnapshot")
    chrome.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    snapshot = json.loads("".join(chunks))
    meta, values = snapshot["snapshot"]["meta"], snapshot["nodes"]
    kind, size = (meta["node_fields"].index(field) for field in ("type", "self_size"))
    wide, names = len(meta["node_fields"]), meta["node_types"][kind]
    sizes = zip(values[kind::wide], values[size::wide], strict=True)
    held: int = sum(each for number, each in sizes if names[number] not in _OTHERS)
    return held / 1024
