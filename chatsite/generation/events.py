"""What can happen in an answer, and `fold`, which makes the message of it. Pure: no Django, no clock, no network.

The journal keeps each event as a small JSON array (`["c","你好"]`); `sse` shows it as a chunk of the OpenAI API.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

Usage = dict[str, Any]


class _Event(msgspec.Struct, frozen=True, array_like=True):
    pass


class Start(_Event, frozen=True, tag="s"):
    """A generation begins: the first of a message, or one that continues it."""


class Content(_Event, frozen=True, tag="c"):
    text: str


class Reasoning(_Event, frozen=True, tag="r"):
    text: str


class Moderation(_Event, frozen=True, tag="m"):
    """The whole message is replaced by `filtered_text` (code 10013)."""

    filtered_text: str


class End(_Event, frozen=True, tag="e"):
    """The end of what went as asked: completed or cancelled."""

    status: str
    finish_reason: str
    usage: Usage | None = None


class Close(_Event, frozen=True, tag="x"):
    """The end of what went wrong: failed or interrupted; `code` and `msg` as in ApiError."""

    status: str
    code: int
    msg: str
    retryable: bool
    usage: Usage | None = None


Event = Start | Content | Reasoning | Moderation | End | Close
Terminal = End | Close

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Event).decode


class Folded(msgspec.Struct):
    """A message as its events tell it. `error` is the (code, msg, retryable) of what went wrong."""

    content: str = ""
    reasoning: str = ""
    status: str = "in_progress"
    finish_reason: str = ""
    usage: Usage | None = None
    error: tuple[int, str, bool] | None = None


class Fold:
    """Folds one event at a time, in O(1); `result` puts the pieces together."""

    def __init__(self, content: str = "", reasoning: str = "") -> None:
        self._content, self._reasoning = [content], [reasoning]
        self._rest = Folded()

    def add(self, event: Event) -> None:
        match event:
            case Content(text):
                self._content.append(text)
            case Reasoning(text):
                self._reasoning.append(text)
            case Start():
                self._rest = Folded()
            case Moderation(filtered_text):
                self._content = [filtered_text]
            case End(status, finish_reason, usage):
                self._rest = Folded(status=status, finish_reason=finish_reason, usage=usage)
            case Close(status, code, msg, retryable, usage):
                self._rest = Folded(status=status, usage=usage, error=(code, msg, retryable))

    def result(self) -> Folded:
        return msgspec.structs.replace(self._rest, content="".join(self._content), reasoning="".join(self._reasoning))


def fold(events: Iterable[Event]) -> Folded:
    """The message that `events`, all of them and in order, amount to."""
    folding = Fold()
    for event in events:
        folding.add(event)
    return folding.result()


class Cleaner:
    """Text that every database, encoder and reader can hold: no NUL, no lone surrogate.

    A pair of surrogates may come split over two deltas: its first half is held until the second arrives.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        if not self._held and text.isascii() and "\0" not in text:
            return text  # by far the most deltas of a European language, and nearly free
        text = self._held + text
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return clean(text)

    def flush(self) -> str:
        """What was held when no second half came."""
        text, self._held = self._held, ""
        return clean(text)


def clean(text: str) -> str:
    """The text without NUL and lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:  # a pair written as two escapes becomes one character; what is left alone, U+FFFD
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")
