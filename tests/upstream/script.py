"""What one answer of the scripted upstream does: a pure description, and the bytes that follow from it.

Every delta is a function of (seed, index), so a test can compute the whole answer: `Script(...).content`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

# Words of one to four UTF-8 bytes a letter, so that a split stream is cut inside letters too.
_WORDS = ("stream", "naïve", "你好", "жизнь", "😀", "data:", "\n", "a\\b", '"quoted"', "，然后")


@dataclass(frozen=True, kw_only=True)
class Script:
    """The fields of `script:{…}`; times in seconds, sizes in bytes unless said otherwise."""

    count: int = 20  # content deltas
    reasoning: int = 0  # reasoning_content deltas before them
    seed: int = 0  # another seed, another text
    text: str | None = None  # this text instead, `size` characters a delta
    size: int = 4
    pieces: tuple[str, ...] | None = None  # exactly these deltas; NUL and lone surrogates are sent as \u escapes
    rate: float = 0  # deltas per second; 0 = as fast as the reader reads
    delay: float = 0  # silence between the headers and the first delta
    gate: str | None = None  # wait for this gate (Upstream.open) ...
    after: int = 0  # ... when so many content deltas are sent
    split: int = 0  # hand the body to TCP in pieces of so many bytes
    crlf: bool = False  # lines end with CR LF
    usage: bool = False  # a chunk with `usage` after the finish_reason
    # How it ends. eof: clean, without finish_reason; close: FIN inside the chunked body; cut: RST; hang: silence;
    # linger: finish_reason, then the connection stays open; flood: 64 KB deltas for ever; late_close, late_cut:
    # finish_reason, then the gate, where `after` is one more than the content deltas, then FIN or RST.
    end: Literal[
        "stop", "length", "content_filter", "eof", "close", "cut", "hang", "linger", "flood", "late_close", "late_cut"
    ] = "stop"
    # Something broken in the place of content delta number `at`, the rest of the answer follows.
    # error: OpenAI's error object, with the key it was asked with in its words.
    garbage: Literal["", "json", "utf8", "html", "choices_null", "deep", "neverline", "error"] = ""
    at: int = 0
    status: int = 200  # another one is answered with OpenAI's error object
    retry_after: int | None = None
    hang: Literal["", "headers"] = ""  # accept the request and never answer

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Raises ValueError for a field that does not exist: a typing error must not pass as a default."""
        unknown = given.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown in a script: {', '.join(sorted(unknown))}")
        pieces = given.get("pieces")
        return cls(**{**given, "pieces": None if pieces is None else tuple(pieces)})

    @property
    def deltas(self) -> Sequence[str]:
        """The content deltas in order."""
        if self.pieces is not None:
            return self.pieces
        if self.text is not None:
            return [self.text[i : i + self.size] for i in range(0, len(self.text), self.size)]
        return [self._delta(index) for index in range(self.count)]

    @property
    def content(self) -> str:
        """The whole text as a reader should end up with it: pairs joined, lone surrogates U+FFFD, NUL gone."""
        units = "".join(self.deltas).replace("\0", "").encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "replace")

    @property
    def reasoning_content(self) -> str:
        """The whole reasoning."""
        return "".join(self.thoughts)

    @property
    def thoughts(self) -> Sequence[str]:
        """The reasoning deltas in order."""
        return [f"thought {index}. " for index in range(self.reasoning)]

    def _delta(self, index: int) -> str:
        return f"{index}{_WORDS[(self.seed * 7 + index) % len(_WORDS)]} "


def prompt(**said: Any) -> str:
    """The user message that asks for this script: ASCII only, so it passes any sanitising unharmed."""
    script = Script.parse(said)
    default = asdict(Script())
    return "script:" + json.dumps({name: value for name, value in asdict(script).items() if value != default[name]})


def asked(body: Mapping[str, Any], default: Script | None) -> Script:
    """The script in the last user message, else `default`, else an echo. ValueError when the script is not one."""
    said = [_plain(message["content"]) for message in body.get("messages", []) if message["role"] == "user"]
    text = said[-1] if said else ""
    _, mark, rest = text.partition("script:")
    if mark:
        return Script.parse(json.JSONDecoder().raw_decode(rest.strip())[0])
    return default or Script(text=f"You said: {text}", rate=200)


def _plain(content: str | list[dict[str, Any]]) -> str:
    """A message's content is a string or a list of parts (OpenAI API, chat messages)."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class Encoder:
    """Chunks of one answer as SSE events."""

    def __init__(self, script: Script, number: int, model: str) -> None:
        self.eol = "\r\n" if script.crlf else "\n"
        self.head = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1, "model": model}

    def event(self, data: str | bytes) -> bytes:
        """One event whose data is one line."""
        line = data.encode() if isinstance(data, str) else data
        return b"data: " + line + (self.eol * 2).encode()

    def chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> bytes:
        """A chunk with one choice."""
        return self._json(choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])

    def usage(self, completion_tokens: int) -> bytes:
        """The chunk that `stream_options.include_usage` asks for: no choices, only figures."""
        return self._json(choices=[], usage=usage(completion_tokens))

    def error(self, message: str) -> bytes:
        """What a server sends that fails after its headers."""
        return self.event(json.dumps({"error": {"message": f"Scripted: {message}", "type": "scripted_error"}}))

    def garbage(self, kind: str) -> bytes:
        """One broken event (`neverline`, which has no end, is the server's business)."""
        return self.event(
            {
                "json": b'{"choices":[{"index":0,"delta":{"content":"bro',
                "utf8": b'{"choices":[{"index":0,"delta":{"content":"\xff\xfe\xc3"},"finish_reason":null}]}',
                "choices_null": b'{"choices":null}',
                "deep": b"[" * 100_000,
            }[kind]
        )

    def _json(self, **rest: Any) -> bytes:
        whole = self.head | rest
        try:
            return self.event(json.dumps(whole, ensure_ascii=False).encode())
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8 form: only an escape can carry it
            return self.event(json.dumps(whole))


def usage(completion_tokens: int) -> dict[str, int]:
    """OpenAI's usage object; the prompt always counts 7."""
    return {"prompt_tokens": 7, "completion_tokens": completion_tokens, "total_tokens": 7 + completion_tokens}
