"""Reasoning that comes as `<think>…</think>` at the very beginning of an answer, told apart from the answer. Pure.

Open models behind servers without a parser for it write so. Where the tag comes later it is text, as somebody may be
explaining it; where the provider tells reasoning apart itself, nothing is looked for.
"""

import enum
from collections.abc import Iterable, Iterator

from chatsite.generation.events import Content, Event, Reasoning

_TAGS = ("<think>", "<thinking>")
_MARGIN = 16  # characters of white space that may stand before the tag
_BREAKS = "\r\n"


class _Place(enum.Enum):
    BEGINNING = enum.auto()
    INSIDE = enum.auto()
    BEHIND = enum.auto()  # the closing tag: line breaks that set the answer off are left out
    ANSWER = enum.auto()


class Thinking:
    """Splits deltas wherever their borders are, holding back only what may still become a tag.

    `over`: all that follows is the answer, and need not be shown here any more.
    """

    def __init__(self, *, over: bool = False) -> None:
        self._place = _Place.ANSWER if over else _Place.BEGINNING
        self._held = self._closing = ""
        self._thought = False  # something of the reasoning was told

    @property
    def over(self) -> bool:
        return self._place is _Place.ANSWER

    def split(self, batch: Iterable[Event]) -> list[Event]:
        """The batch with its reasoning told apart."""
        return [part for event in batch for part in self._split(event) if part.text]

    def flush(self) -> list[Event]:
        """The answer has ended: what was held is what it looks like."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [Reasoning(held) if self._place is _Place.INSIDE else Content(held)]

    def _split(self, event: Event) -> "Iterator[Content | Reasoning]":
        match event:
            case Reasoning():  # the provider's own
                if self._place is _Place.BEGINNING:
                    yield Content(self._held)
                    self._held, self._place = "", _Place.ANSWER
                yield event
            case Content(text):
                held, self._held = self._held, ""
                yield from self._text(held + text)

    def _text(self, text: str) -> "Iterator[Content | Reasoning]":
        if self._place is _Place.BEGINNING:
            text = self._entered(text)
        if self._place is _Place.INSIDE:
            text, thought = self._left(text)
            yield Reasoning(thought)
        if self._place is _Place.BEHIND:
            text = text.lstrip(_BREAKS)
            self._place = _Place.ANSWER if text else _Place.BEHIND
        if self._place is _Place.ANSWER:
            yield Content(text)

    def _entered(self, text: str) -> str:
        """What is left of the text when it was seen to begin with a tag or with none."""
        said = text.lstrip()
        tag = next((tag for tag in _TAGS if said.startswith(tag)), None)
        if len(text) - len(said) > _MARGIN or not (tag or any(tag.startswith(said) for tag in _TAGS)):
            self._place = _Place.ANSWER
        elif tag:
            self._place, self._closing = _Place.INSIDE, tag.replace("<", "</")
            return said.removeprefix(tag)
        else:
            self._held = text
        return text

    def _left(self, text: str) -> tuple[str, str]:
        """What is behind the closing tag, and the reasoning before it."""
        if not self._thought:
            text = text.lstrip(_BREAKS)
        thought, closed, rest = text.partition(self._closing)
        if closed:
            self._place = _Place.BEHIND
        else:
            self._held = _begun(self._closing, thought)
            thought = thought.removesuffix(self._held)
        self._thought = self._thought or bool(thought)
        return rest, thought


def _begun(tag: str, text: str) -> str:
    """The longest end of the text that the tag begins with."""
    return next((tag[:size] for size in range(len(tag) - 1, 0, -1) if text.endswith(tag[:size])), "")
