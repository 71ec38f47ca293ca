"""A provider's bytes, whole, split anywhere, and wrong."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation.decode import MAX_EVENT_BYTES, Broken, Refused, StreamDecoder
from chatsite.generation.events import Content, Event, Reasoning
from tests.generation.test_events import text


def chunk(finish: str | None = None, **delta: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def block(value: object) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def texts(found: list[Event]) -> tuple[str, str]:
    content = "".join(event.text for event in found if isinstance(event, Content))
    return content, "".join(event.text for event in found if isinstance(event, Reasoning))


@given(st.lists(text), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.data())
def test_however_the_network_cuts_it_the_text_is_the_same(
    deltas: list[str], newline: bytes, data: st.DataObject
) -> None:
    stream = b"".join(block(chunk(content=delta)) for delta in deltas) + block(chunk("stop")) + block(b"[DONE]")
    stream = stream.replace(b"\n", newline)
    decoder, found, at = StreamDecoder(), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, 200))
        found += decoder.feed(stream[at : at + size])
        at += size
    found += decoder.flush()
    assert texts(found) == ("".join(deltas), "")
    assert decoder.finish_reason == "stop"
    assert decoder.done


def test_one_read_is_one_event_for_each_run_of_a_kind() -> None:
    stream = [chunk(reasoning_content="a"), chunk(reasoning="b"), chunk(content="c"), chunk(content="d")]
    assert StreamDecoder().feed(b"".join(map(block, stream))) == [Reasoning("ab"), Content("cd")]


def test_usage_comes_after_the_finish_reason_in_a_chunk_without_choices() -> None:
    decoder = StreamDecoder()
    decoder.feed(block(chunk("length")) + block({"choices": [], "usage": {"total_tokens": 7}}))
    assert (decoder.finish_reason, decoder.usage, decoder.done) == ("length", {"total_tokens": 7}, False)


def test_a_surrogate_pair_in_two_escapes_in_two_events_becomes_one_character() -> None:
    halves = rb'{"choices":[{"delta":{"content":"\ud83d"}}]}', rb'{"choices":[{"delta":{"content":"\ude00"}}]}'
    decoder = StreamDecoder()
    assert decoder.feed(block(halves[0])) + decoder.feed(block(halves[1])) == [Content("😀")]


def test_what_upstream_says_beside_the_text_can_be_stored_too() -> None:
    decoder = StreamDecoder()
    decoder.feed(block(rb'{"choices":[{"finish_reason":"\ud800"}],"usage":{"a":["\ud800b\u0000"]}}'))
    assert (decoder.finish_reason, decoder.usage) == ("\ufffd", {"a": ["\ufffdb"]})


def test_a_number_that_json_does_not_have_is_broken() -> None:
    with pytest.raises(Broken):
        StreamDecoder().feed(block(b'{"usage":{"a":NaN}}'))


def test_comments_other_fields_and_null_choices_say_nothing() -> None:
    assert StreamDecoder().feed(b": ping\n\nevent: x\n\n" + block({"choices": None})) == []


def test_a_last_event_without_its_blank_line_counts() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(block(chunk(content="x"))[:-2]) == []
    assert decoder.flush() == [Content("x")]


def test_nothing_after_done_counts() -> None:
    assert StreamDecoder().feed(block(b"[DONE]") + block(chunk(content="more"))) == []


@pytest.mark.parametrize("bad", [b"{", b"[" * 200_000, b'"x"', b'{"choices":[{"delta":{"content":5}}]}', b"\xff\xfe"])
def test_what_is_no_chunk_is_broken(bad: bytes) -> None:
    with pytest.raises(Broken):
        StreamDecoder().feed(block(bad))


def test_a_line_that_never_ends_is_broken_before_it_fills_the_memory() -> None:
    decoder = StreamDecoder()
    for _ in range(MAX_EVENT_BYTES // 65536):
        decoder.feed(b"x" * 65536)
    with pytest.raises(Broken):
        decoder.feed(b"x")


def test_what_came_whole_before_it_in_the_same_chunk_is_not_lost() -> None:
    with pytest.raises(Broken) as caught:
        StreamDecoder().feed(block(chunk(content="a")) + block(chunk(content="b")) + block(b"{"))
    assert caught.value.before == [Content("ab")]


def test_a_line_in_a_hundred_thousand_pieces_costs_no_more_than_one_in_a_few() -> None:
    decoder, line = StreamDecoder(), block(chunk(content="x" * 400_000))
    began = time.process_time()
    found = [event for start in range(0, len(line), 4) for event in decoder.feed(line[start : start + 4])]
    assert texts(found) == ("x" * 400_000, "")
    assert time.process_time() - began < 30  # searched anew at each piece it takes minutes


@pytest.mark.parametrize("error", [{"message": "quota"}, "quota"])
def test_an_error_inside_the_stream_is_told_with_upstreams_words(error: object) -> None:
    with pytest.raises(Refused, match=r"^quota$"):
        StreamDecoder().feed(block({"error": error}))


ODD_USAGE = {
    "no object": (b'"none"', None),
    "a number beyond all": (b'{"a":1e400,"b":-1e400,"c":1.5}', {"a": None, "b": None, "c": 1.5}),
    "bottomless": (b'{"a":' + b"[" * 600 + b"]" * 600 + b',"b":1}', None),
}


@pytest.mark.parametrize(("usage", "kept"), ODD_USAGE.values(), ids=ODD_USAGE.keys())
def test_odd_usage_costs_no_more_than_itself(usage: bytes, kept: dict[str, object] | None) -> None:
    decoder = StreamDecoder()
    said = decoder.feed(block(b'{"choices":[{"delta":{"content":"x"}}],"usage":' + usage + b"}"))
    assert (said, decoder.feed(block(chunk(content="y")))) == ([Content("x")], [Content("y")])
    if kept is not None:
        assert decoder.usage == kept
    assert len(repr(decoder.usage)) < 100


LATE = [b"{", b'{"choices":[],"usa', b'{"usage":{"a":NaN}}', b"[" * 200_000, b"x" * (MAX_EVENT_BYTES + 1)]


@pytest.mark.parametrize("late", LATE, ids=lambda late: late[:20].decode())
@pytest.mark.parametrize("ending", [b"", b"\n\n"], ids=["cut", "whole"])
def test_what_cannot_be_read_after_the_finish_reason_makes_no_failure_of_a_whole_answer(
    late: bytes, ending: bytes
) -> None:
    decoder = StreamDecoder()
    found = decoder.feed(block(chunk(content="x\ud83d")) + block(chunk("stop")))
    found += decoder.feed(b"data: " + late + ending) + decoder.flush()
    assert (texts(found), decoder.finish_reason, decoder.usage) == (("x\ufffd", ""), "stop", None)


def test_an_error_that_upstream_tells_after_the_finish_reason_is_one() -> None:
    decoder = StreamDecoder()
    decoder.feed(block(chunk("stop")))
    with pytest.raises(Refused):
        decoder.feed(block({"error": "quota"}))
