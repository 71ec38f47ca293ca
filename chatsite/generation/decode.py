"""A provider's raw bytes as events: `text/event-stream` of chat.completion chunks, taken apart. Pure.

The SDK's own chunk objects cost 91 µs each, this 5; the price is that what upstream may send wrong is met here: null
fields, bad JSON, bad UTF-8, escapes of lone surrogates, lines that never end.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from chatsite.generation.events import Cleaner, Content, Event, Reasoning, Usage, clean

MAX_EVENT_BYTES = 2**20  # as upstream sends them
MAX_TEXT = 2**14  # characters of one of ours: a reader who does not read holds one or two of them
MAX_DEPTH = 20  # of usage; what lies deeper is left out

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_DATA_LINE = re.compile(rb"^data:[ ]?(.*)$", re.MULTILINE)


class Spoilt(Exception):
    """The stream can't be read on. `before`: what the same chunk held before that, which is as good as any other."""

    before: Sequence[Event] = ()


class Broken(Spoilt):
    """What came is not what the OpenAI API promises; str() says what, without quoting it."""


class Refused(Spoilt):
    """Upstream says inside the stream that it failed; str() is its own message."""


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None  # DeepSeek, Qwen, vLLM
    reasoning: str | None = None  # Ollama, OpenRouter


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None  # odd ones must not cost the text
    error: Any = None


_chunk = msgspec.json.Decoder(_Chunk).decode


class StreamDecoder:
    """Feed it chunks as the network hands them over, boundaries meaningless. One feed makes as few events as it can."""

    def __init__(self) -> None:
        self.finish_reason = ""
        self.usage: Usage | None = None
        self.done = False  # [DONE] was seen, or what comes after the finish_reason can't be read
        self._buffer = bytearray()
        self._content, self._reasoning = Cleaner(), Cleaner()

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that `chunk` completes. Raises Spoilt, after the finish_reason only Refused: the text is whole."""
        parts: list[Event] = []
        try:
            for block in self._blocks(chunk):
                parts += self._parts(block)
            if len(self._buffer) > MAX_EVENT_BYTES:
                raise Broken("a line that does not end")
        except Spoilt as spoilt:
            if not self.finish_reason or isinstance(spoilt, Refused):
                spoilt.before = list(_merged(parts))
                raise
            self.done = True
        return list(_merged(parts))

    def flush(self) -> list[Event]:
        """The stream has ended: a last event without its blank line counts too (many servers leave it out)."""
        events = self.feed(b"\n\n") if self._buffer.strip() else []
        rest: list[Event] = [Reasoning(self._reasoning.flush()), Content(self._content.flush())]
        return events + [event for event in rest if event.text]  # type: ignore[union-attr]

    def _blocks(self, chunk: bytes) -> list[bytes]:
        """What lies between blank lines; the rest waits. Of a line in thousands of pieces each is searched once."""
        seen = self._buffer
        if seen:
            seam = max(0, len(seen) - 3)  # a blank line may have come in part
            seen += chunk
            if not _BLANK_LINE.search(seen, seam):
                return []
        *blocks, rest = _BLANK_LINE.split(seen or chunk)
        self._buffer = bytearray(rest)
        return blocks

    def _parts(self, block: bytes) -> Iterator[Event]:
        data = b"\n".join(line.rstrip(b"\r") for line in _DATA_LINE.findall(block.replace(b"\r\n", b"\n")))
        if not data or self.done:
            return
        if data == b"[DONE]":
            self.done = True
            return
        chunk = _decoded(data)
        if chunk.error is not None:
            raise Refused(_message(chunk.error))
        if chunk.usage and isinstance(chunk.usage, dict):
            self.usage = _cleaned(chunk.usage)
        for choice in (chunk.choices or [])[:1]:
            if choice.delta:
                if text := self._reasoning.feed(choice.delta.reasoning_content or choice.delta.reasoning or ""):
                    yield Reasoning(text)
                if text := self._content.feed(choice.delta.content or ""):
                    yield Content(text)
            if choice.finish_reason:
                self.finish_reason = clean(choice.finish_reason)[:40] or "stop"  # as long as its column


def _decoded(data: bytes) -> _Chunk:
    try:
        return _chunk(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # msgspec refuses the escape of half a surrogate pair, which splitting models do send
        return msgspec.convert(json.loads(data, parse_constant=_refused), _Chunk)
    except (ValueError, msgspec.ValidationError, RecursionError):
        raise Broken("an event that is not a chat.completion chunk") from None


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _cleaned(value: Any, depth: int = MAX_DEPTH) -> Any:
    """A JSON value that every database and encoder can hold; None for what is none, such as 1e400."""
    match value:
        case str():
            return clean(value)
        case float():
            return value if math.isfinite(value) else None
        case dict() | list() if not depth:
            return None
        case dict():
            return {clean(name): _cleaned(inner, depth - 1) for name, inner in value.items()}
        case list():
            return [_cleaned(inner, depth - 1) for inner in value]
    return value


def _message(error: Any) -> str:
    """OpenAI sends {"message": …}, others a bare string."""
    return clean(str(error.get("message", "") if isinstance(error, dict) else error))


def _merged(parts: Iterable[Event]) -> Iterator[Event]:
    """Runs of the same kind become one event: one read of the socket is one event, unless it brought very much."""
    held: Content | Reasoning | None = None
    texts: list[str] = []
    for part in parts:
        assert isinstance(part, Content | Reasoning)
        if held is not None and type(part) is not type(held):
            yield from _cut(held, "".join(texts))
            texts = []
        held = part
        texts.append(part.text)
    if held is not None:
        yield from _cut(held, "".join(texts))


def _cut(like: Content | Reasoning, text: str) -> Iterator[Event]:
    """Events of one kind with that text in them, each within MAX_TEXT."""
    return (type(like)(text[start : start + MAX_TEXT]) for start in range(0, len(text), MAX_TEXT))
