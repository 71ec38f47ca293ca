"""`<think>` at the beginning of an answer is reasoning, wherever the network cuts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation.events import Content, Event, Reasoning
from chatsite.generation.think import Thinking
from tests.chat import Chat

# Pieces of what may come, so that tags, halves of tags and text meet in every order.
tagged = st.lists(
    st.sampled_from(["<think>", "</think>", "<thinking>", "</thinking>", "<th", "ink>", "<", "\n", " ", "text", "想"])
).map("".join)


def split(*deltas: str) -> tuple[str, str]:
    """(reasoning, content) of an answer that comes in these deltas."""
    thinking = Thinking()
    parts = [part for delta in deltas for part in thinking.split([Content(delta)])] + thinking.flush()
    return told(parts)


def told(parts: list[Event]) -> tuple[str, str]:
    assert all(part.text for part in parts)  # type: ignore[union-attr]
    reasoning = "".join(part.text for part in parts if isinstance(part, Reasoning))
    return reasoning, "".join(part.text for part in parts if isinstance(part, Content))


@pytest.mark.parametrize(
    ("text", "reasoning", "content"),
    [
        ("<think>hm</think>42", "hm", "42"),
        ("<think>\nhm\n</think>\n\n42\n", "hm\n", "42\n"),
        ("<thinking>hm</thinking>42", "hm", "42"),
        ("\n <think>hm</think>    code", "hm", "    code"),
        ("<think>\n\n</think>\n\n42", "", "42"),
        ("<think>hm", "hm", ""),
        ("<think>hm</thi", "hm</thi", ""),
        ("<think>a < b</thinking></think>42", "a < b</thinking>", "42"),
        ("<think>hm</think>a <think>b</think>", "hm", "a <think>b</think>"),
        ("42 <think>hm</think>", "", "42 <think>hm</think>"),
        ("<thinker>hm", "", "<thinker>hm"),
        ("<thi", "", "<thi"),
        ("  42", "", "  42"),
        (" " * 17 + "<think>hm</think>", "", " " * 17 + "<think>hm</think>"),
        ("", "", ""),
    ],
)
def test_the_tag_counts_at_the_beginning_alone(text: str, reasoning: str, content: str) -> None:
    assert split(text) == (reasoning, content)
    assert split(*text) == (reasoning, content)


@given(tagged, st.data())
def test_however_it_is_cut_the_same_comes_of_it(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    deltas = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert split(*deltas) == split(text)


@given(tagged)
def test_only_the_beginning_of_a_tag_is_held_back(text: str) -> None:
    thinking = Thinking()
    thinking.split([Content(text)])
    held = "".join(part.text for part in thinking.flush())  # type: ignore[union-attr]
    assert any(tag.startswith(held.lstrip()) for tag in ("<think>", "<thinking>", "</think>", "</thinking>"))


def test_an_answer_without_it_is_over_with_its_first_word() -> None:
    thinking = Thinking()
    assert thinking.split([Content("4")]) == [Content("4")]
    assert thinking.over


def test_reasoning_of_the_providers_own_stays_and_nothing_is_looked_for_behind_it() -> None:
    thinking = Thinking()
    batch: list[Event] = [Content("\n"), Reasoning("hm"), Content("<think>is a tag")]
    assert thinking.split(batch) == batch
    assert thinking.over


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_stream_and_the_message_tell_reasoning_apart(alice: Chat, size: int) -> None:
    answer = alice.script(text="<think>\nlet me see</think>\n\nIt is 42.", size=size).read()
    thought = "".join(e.json["choices"][0]["delta"].get("reasoning_content", "") for e in answer.seen[:-1])
    message = alice.message(answer)
    assert (thought, answer.content) == (message["reasoning"], message["content"]) == ("let me see", "It is 42.")
    assert message["timing"]["reasoning"] is not None


def test_what_was_held_back_is_told_when_the_answer_breaks_off(alice: Chat) -> None:
    answer = alice.script(pieces=["<thi"], end="close").read()
    assert (answer.end["status"], alice.message(answer)["content"]) == ("failed", "<thi")


def test_what_continues_an_answer_is_not_its_beginning(alice: Chat) -> None:
    answer = alice.script(pieces=["<think>hm</think>", "the tag is "], end="close").read()
    again = alice.ask(None, convGroupId=answer.ids["convGroupId"], parentConvId=answer.id).read()
    assert again.end["status"] == "failed"  # the same script, so the same words
    message = alice.message(answer)
    assert (message["reasoning"], message["content"]) == ("hm", "the tag is <think>hm</think>the tag is ")
