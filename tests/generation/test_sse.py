"""Frames say what WHATWG HTML 9.2 and OpenAI's streaming API say they must."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation import events, sse
from chatsite.generation.events import Content, End, Start
from tests.generation.test_events import FIXTURES, any_event, load

HEAD = sse.Head("g", "018f3a00-0000-7000-8000-000000000003", None, "modèle %s", 1700000000)


def parsed(stream: str) -> list[dict[str, str | None]]:
    """The blocks with data in them; `id` None: the block has no id of its own."""
    found = []
    for block in stream.split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n")]
        named: dict[str, str | None] = {name: value.removeprefix(" ") for name, _, value in fields if name}
        if "data" in named:
            found.append({"id": named.get("id"), "event": named.get("event", "message"), "data": named["data"]})
    return found


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_journal_of_a_fixture_is_these_frames(path: Path) -> None:
    head, journal, found = load(path)
    encoder = sse.Encoder(head)
    newest = max(seq for seq, event in enumerate(journal, 1) if isinstance(event, Start))
    frames = [
        encoder.superseded(seq) if isinstance(event, events.Terminal) and seq < newest else encoder.frame(seq, event)
        for seq, event in enumerate(journal, 1)
    ]
    assert parsed(b"".join(frames).decode()) == found["events"]


@given(st.lists(any_event))
def test_every_frame_is_one_block_and_every_json_an_openai_chunk_with_content(history: list[events.Event]) -> None:
    encoder = sse.Encoder(HEAD)
    for seq, event in enumerate(history, 1):
        frame = encoder.frame(seq, event).decode()
        first, *rest = parsed(frame)
        chunk = json.loads(str(first["data"]))
        assert first["id"] == f"{HEAD.message}.{seq}"
        assert chunk["model"] == HEAD.model
        assert isinstance(chunk["choices"][0]["delta"]["content"], str)
        assert [block["data"] for block in rest] == (["[DONE]"] if isinstance(event, End) else [])
        assert first["event"] != "error"
        if isinstance(event, Content):
            assert chunk["choices"][0]["delta"]["content"] == event.text


@pytest.mark.parametrize(
    "event", [Start(), Content("x"), End("completed", "stop"), events.Close("failed", 50201, "x", True)]
)
def test_the_id_comes_after_the_data_so_that_a_cut_frame_moves_no_cursor(event: events.Event) -> None:
    names = [line.partition(b":")[0] for line in sse.Encoder(HEAD).frame(2, event).split(b"\n")]
    assert names[names.index(b"data") :][:3] == [b"data", b"id", b""]


def test_retry_and_keepalive_make_no_block_of_their_own() -> None:
    stream = sse.retry(1000) + sse.KEEPALIVE + sse.Encoder(HEAD).frame(1, Start()) + sse.KEEPALIVE
    assert len(parsed(stream.decode())) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "1",
        "x.1",
        HEAD.message,
        f"{HEAD.message}.-1",
        f"{HEAD.message}.1e3",
        f"{HEAD.message}.٣",
        f"{HEAD.message}.9999999999",
        f"{HEAD.message}.",
    ],
)
def test_what_is_no_cursor_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        sse.parse_cursor(bad)


def test_a_cursor_is_read_back() -> None:
    message, seq = sse.parse_cursor(f" {HEAD.message}.17 ")
    assert (str(message), seq) == (HEAD.message, 17)
