"""Events as `text/event-stream` (WHATWG HTML, 9.2), each one a chunk of the OpenAI API. Pure.

A frame is the whole block of one event, blank line and all, made once whoever reads it. Its id is `<convId>.<seq>` and
stands behind the data: some readers (fetch-event-source 2.0.1) move their cursor as soon as they read the line `id:`,
and whoever is cut off between that line and the blank one would come back behind an event that was never shown.
"""

from typing import Any
from uuid import UUID

import msgspec

from chatsite.generation.events import Close, Content, End, Event, Moderation, Reasoning, Start

DONE = b"data: [DONE]\n\n"
# A comment without the blank line after it: some readers deliver an empty message otherwise.
KEEPALIVE = b":\n"
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
CONTENT_TYPE = "text/event-stream; charset=utf-8"

_json = msgspec.json.Encoder().encode


class Head(msgspec.Struct, frozen=True):
    """What every chunk of one generation says of it. Ids as strings, `created` in seconds since 1970."""

    conversation: str
    message: str
    parent: str | None
    model: str
    created: int


class Encoder:
    """Frames of one generation."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._id = b"\nid: " + head.message.encode() + b".%d\n\n"
        chunk = _json(
            {"id": head.message, "object": "chat.completion.chunk", "created": head.created, "model": head.model}
        )
        self._chunk = b"data: " + chunk[:-1] + b',"choices":[{"index":0,"delta":'
        self._content = self._chunk.replace(b"%", b"%%") + b'{"content":%b},"finish_reason":null}]}' + self._id

    def frame(self, seq: int, event: Event) -> bytes:
        """The event's block under the id `seq`; after a generation's good end, `[DONE]` too."""
        match event:
            case Content(text):
                return self._content % (_json(text), seq)
            case Reasoning(text):
                return self._block(seq, {"content": "", "reasoning_content": text})
            case Start():
                return self._block(seq, {"role": "assistant", "content": ""}, self._ids())
            case Moderation(filtered_text):
                more = {"code": 10013, "filteredText": filtered_text}
                return b"event: moderation\n" + self._block(seq, {"content": ""}, more)
            case End(status, finish_reason, usage):
                more = {"status": status, "usage": usage}
                return self._block(seq, {"content": ""}, more, finish_reason) + DONE
            case Close(status, code, msg, retryable, usage):
                more = {"status": status, "code": code, "msg": msg, "retryable": retryable, "usage": usage}
                return b"event: close\n" + self._block(seq, {"content": ""}, more)

    def superseded(self, seq: int) -> bytes:
        """What is shown in place of the end of a generation that another has continued since."""
        return self._content % (b'""', seq)

    def _ids(self) -> dict[str, Any]:
        return {"convGroupId": self.head.conversation, "convId": self.head.message, "parentConvId": self.head.parent}

    def _block(
        self, seq: int, delta: dict[str, str], more: dict[str, Any] | None = None, finish: str | None = None
    ) -> bytes:
        tail = b',"finish_reason":' + _json(finish) + b"}]"
        if more:
            tail += b"," + _json(more)[1:-1]
        return self._chunk + _json(delta) + tail + b"}" + self._id % seq


def retry(milliseconds: int) -> bytes:
    """A line that belongs into the first event's block: alone it would be a block of its own for some readers."""
    return b"retry: %d\n" % milliseconds


def parse_cursor(text: str) -> tuple[UUID, int]:
    """`<convId>.<seq>` as its two parts. ValueError for anything else."""
    message, dot, seq = text.strip().rpartition(".")
    if not dot or not seq.isascii() or not seq.isdigit() or len(seq) > 9:
        raise ValueError(text)
    return UUID(message), int(seq)
