"""What an answer took, by a clock that the test winds."""

from collections.abc import Sequence

from chatsite.generation.events import Content, Event, Reasoning
from chatsite.generation.stopwatch import Stopwatch
from tests.chat import Chat


def timed(*batches: tuple[float, Sequence[Event]], end: float) -> dict[str, float | None]:
    """The figures after these batches, each at its second."""
    now = 0.0
    watch = Stopwatch(lambda: now)
    for now, batch in batches:  # noqa: B007 (the clock reads it)
        watch.see(batch)
    now = end
    return watch.stop()


def test_an_answer_without_reasoning_has_a_first_delta_and_a_duration() -> None:
    assert timed((0.5, [Content("a")]), end=2) == {"firstDelta": 0.5, "reasoning": None, "duration": 2.0}


def test_reasoning_lasts_from_its_first_delta_to_the_first_of_the_answer() -> None:
    came = (1, [Reasoning("hm")]), (2, [Reasoning("so")]), (4, [Content("b")])
    both: list[Event] = [Reasoning("."), Content("a")]
    assert timed(*came[:2], (3.25, both), came[2], end=5.00049) == {
        "firstDelta": 1.0,
        "reasoning": 2.25,
        "duration": 5.0,
    }


def test_reasoning_that_is_all_there_is_lasts_to_the_end() -> None:
    assert timed((1, [Reasoning("hm")]), end=9) == {"firstDelta": 1.0, "reasoning": 8.0, "duration": 9.0}


def test_nothing_came_so_only_the_duration_is_known() -> None:
    assert timed(end=0.25) == {"firstDelta": None, "reasoning": None, "duration": 0.25}


def test_the_end_of_a_stream_and_the_tree_tell_the_same_timing(alice: Chat) -> None:
    answer = alice.script(count=3, reasoning=2, delay=0.05).read()
    timing = answer.end["timing"]
    assert timing == alice.message(answer)["timing"]
    assert 0.05 <= timing["firstDelta"] <= timing["duration"]
    assert 0 <= timing["reasoning"] <= timing["duration"]


def test_a_failed_answer_tells_how_long_it_took(alice: Chat) -> None:
    answer = alice.script(status=500).read()
    assert answer.end["timing"]["firstDelta"] is None
    assert answer.end["timing"] == alice.message(answer)["timing"]
