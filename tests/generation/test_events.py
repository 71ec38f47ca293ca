"""fold(events) is the message; the same fixtures are read by frontend/src/stream/fold.test.ts."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation import events, sse
from chatsite.generation.events import Cleaner, Close, Content, End, Moderation, Reasoning, Start

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures" / "fold").glob("*.json"))
# What the wire may carry: any text but NUL and lone surrogates.
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
any_text = st.text(st.characters(exclude_categories=[]))
any_event = st.one_of(
    st.just(Start()),
    text.map(Content),
    text.map(Reasoning),
    text.map(Moderation),
    st.builds(End, st.sampled_from(["completed", "cancelled"]), st.sampled_from(["stop", "length"]), st.none()),
    st.builds(Close, st.sampled_from(["failed", "interrupted"]), st.just(50201), text, st.booleans(), st.none()),
)


def load(path: Path) -> tuple[sse.Head, list[events.Event], dict[str, Any]]:
    found = json.loads(path.read_text())
    journal = [events.decode(json.dumps(event)) for event in found["journal"]]
    return msgspec.convert(found["head"], sse.Head), journal, found


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_journal_of_a_fixture_folds_to_its_message(path: Path) -> None:
    _, journal, found = load(path)
    folded = events.fold(journal)
    error = dict(zip(("code", "msg", "retryable"), folded.error, strict=True)) if folded.error else None
    assert found["message"] == {
        "content": folded.content,
        "reasoning": folded.reasoning,
        "status": folded.status,
        "finishReason": folded.finish_reason or None,
        "usage": folded.usage,
        "error": error,
    }


@given(st.lists(any_event))
def test_an_event_comes_back_from_the_journal_as_it_went_in(history: list[events.Event]) -> None:
    assert [events.decode(events.encode(event)) for event in history] == history


@given(st.lists(any_event), st.data())
def test_folding_may_stop_anywhere_and_go_on_from_what_it_has(history: list[events.Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))
    before = events.fold(history[:cut])
    rest = events.Fold(before.content, before.reasoning)
    for event in history[cut:]:
        rest.add(event)
    whole, resumed = events.fold(history), rest.result()
    assert (resumed.content, resumed.reasoning) == (whole.content, whole.reasoning)


@given(st.lists(any_text))
def test_cleaned_deltas_are_the_cleaned_whole_and_can_be_stored_anywhere(deltas: list[str]) -> None:
    cleaner = Cleaner()
    cleaned = "".join([cleaner.feed(delta) for delta in deltas]) + cleaner.flush()
    assert cleaned == events.clean("".join(deltas))
    assert "\0" not in cleaned
    cleaned.encode()


def test_a_surrogate_pair_split_over_two_deltas_is_held_until_it_is_whole() -> None:
    cleaner = Cleaner()
    assert [cleaner.feed("hi \ud83d"), cleaner.feed("\ude00!")] == ["hi ", "😀!"]


def test_half_a_pair_that_stays_alone_becomes_a_replacement_character() -> None:
    cleaner = Cleaner()
    assert [cleaner.feed("a\ud83d"), cleaner.feed("b"), cleaner.flush()] == ["a", "\ufffdb", ""]
