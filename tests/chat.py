"""A client of the chat API for tests: real HTTP, one socket per call, events as the browser would see them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import requests

from tests.people import Person
from tests.upstream import prompt


@dataclass(frozen=True)
class Event:
    """One dispatched event of a stream; `id` is the last one seen, as WHATWG has it."""

    id: str
    event: str
    data: str

    @property
    def seq(self) -> int:
        return int(self.id.rpartition(".")[2])

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.data)
        return found

    @property
    def content(self) -> str:
        return "" if self.data == "[DONE]" else str(self.json["choices"][0]["delta"]["content"])


@dataclass
class Parser:
    """WHATWG HTML 9.2.6 for a stream that ends its lines with LF, as ours does."""

    rest: str = ""
    last_id: str = ""
    event: str = ""
    data: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[Event]:
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if self.data:
                    yield Event(self.last_id, self.event or "message", "\n".join(self.data))
                self.event, self.data = "", []
            elif name == "data":
                self.data.append(value)
            elif name == "event":
                self.event = value
            elif name == "id":
                self.last_id = value


class Answer:
    """A stream being read: iterate over its events, or `read` all that comes."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.seen: list[Event] = []
        self._events = self._parsed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.response.close()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def until(self, text: str) -> Self:
        """Read on until what was said contains `text`."""
        while text not in self.content:
            next(self._events)
        return self

    def read(self) -> Self:
        """Read to the end."""
        for _ in self._events:
            pass
        return self

    @property
    def ids(self) -> dict[str, str]:
        """convGroupId, convId and parentConvId, from the first event."""
        if not self.seen:
            next(self._events)
        return {name: self.seen[0].json[name] for name in ("convGroupId", "convId", "parentConvId")}

    @property
    def id(self) -> str:
        return self.ids["convId"]

    @property
    def cursor(self) -> str:
        return self.seen[-1].id

    @property
    def content(self) -> str:
        return "".join(event.content for event in self.seen)

    @property
    def end(self) -> dict[str, Any]:
        """The terminal event; an AssertionError when the stream has none."""
        ends = [event for event in self.seen if event.data != "[DONE]" and "status" in event.json]
        assert len(ends) == 1, f"{len(ends)} ends"
        assert (self.seen[-1].data == "[DONE]") == (ends[0].event == "message")
        return ends[0].json

    def _parsed(self) -> Iterator[Event]:
        parser = Parser()
        for chunk in self.response.iter_content(None):
            for event in parser.feed(chunk.decode()):
                self.seen.append(event)
                yield event


class Chat:
    """Somebody at a site."""

    def __init__(self, url: str, person: Person | None) -> None:
        self.url, self.headers = url, person.headers if person else {}

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        """Any request; `headers` are added to the person's own."""
        headers = self.headers | how.pop("headers", {})
        return requests.request(method, f"{self.url}/api/{path}", headers=headers, timeout=60, **how)

    def post(self, body: dict[str, Any], **headers: str) -> requests.Response:
        """POST /api/chat, answered whole; header names with _ for -."""
        return self.call("POST", "chat", json=body, headers=_named(headers))

    def ask(self, request: str | None = "hello", headers: dict[str, str] | None = None, **body: Any) -> Answer:
        """Start an answer."""
        response = self.call("POST", "chat", json={"request": request, **body}, headers=headers or {}, stream=True)
        assert response.status_code == 200, response.text
        return Answer(response)

    def script(self, **script: Any) -> Answer:
        """Start an answer that upstream gives as `script` says."""
        return self.ask(prompt(**script))

    def follow(self, conv_id: str, cursor: str = "") -> Answer:
        """Read an answer from behind `cursor`."""
        headers = {"Last-Event-ID": cursor} if cursor else {}
        response = self.call("GET", f"chat/{conv_id}", headers=headers, stream=True)
        assert response.status_code == 200, response.text
        return Answer(response)

    def cancel(self, conv_id: str) -> requests.Response:
        return self.call("POST", f"chat/{conv_id}/cancel")

    def versions(self) -> dict[str, int]:
        """Own conversations and what version they are at: the same before and after what changes nothing."""
        found = self.call("GET", "conversations").json()["conversations"]
        return {conversation["convGroupId"]: conversation["version"] for conversation in found}

    def tree(self, conv_group_id: str) -> dict[str, Any]:
        """GET /api/conversations/{id}."""
        found: dict[str, Any] = self.call("GET", f"conversations/{conv_group_id}").json()
        return found

    def message(self, answer: Answer) -> dict[str, Any]:
        """The answer's row in its tree."""
        messages = self.tree(answer.ids["convGroupId"])["messages"]
        return next(message for message in messages if message["convId"] == answer.id)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
