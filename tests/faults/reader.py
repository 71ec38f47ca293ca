"""A reader of one answer who comes back, with Last-Event-ID, until it has seen the end: what a browser does."""

import codecs
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from random import Random
from urllib.parse import urlsplit
from uuid import uuid4

from tests.chat import Event, Parser
from tests.people import Person
from tests.upstream import Script

PATIENCE = 60.0  # seconds for a whole answer; who waits longer waits in vain


class Never(Exception):
    """The end did not come, or something came that must not."""


@dataclass(frozen=True)
class Call:
    """An HTTP request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Reader:
    """Reads at any of `urls`, at each attempt another; `seen` has the events in the order in which they came."""

    def __init__(self, urls: list[str], person: Person, chance: Random) -> None:
        self._urls, self._person, self._chance = urls, person, chance
        self._start: Call | None = None
        self._message_id = ""
        self._deadline = 0.0
        self.seen: list[Event] = []
        self.attempts = 0
        self.begun = threading.Event()  # message_id is known

    @property
    def message_id(self) -> str:
        assert self.begun.wait(PATIENCE)
        return self._message_id

    @property
    def ended(self) -> bool:
        return bool(self.seen) and "status" in self.seen[-1].json

    @property
    def content(self) -> str:
        return "".join(event.content for event in self.seen)

    @property
    def reasoning(self) -> str:
        return "".join(event.json["choices"][0]["delta"].get("reasoning_content", "") for event in self.seen)

    def ask(self, request: str) -> None:
        """Start an answer and read it; whoever is cut off before its first event asks again with the same key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        self._start = Call("POST", "/api/chat", headers, json.dumps({"request": request}).encode())
        self._read()

    def follow(self, message_id: str) -> None:
        """Read an answer that somebody has started."""
        self._message_id = message_id
        self._read()

    def _read(self) -> None:
        self._deadline = time.monotonic() + PATIENCE
        while not self.ended:
            if time.monotonic() > self._deadline:
                raise Never(f"no end of {self._message_id}, seen {[event.seq for event in self.seen[-3:]]}")
            self._attempt(self._call())

    def _call(self) -> Call:
        """Half of those who started it resume as fetchEventSource does, by the same POST."""
        if self._start and (not self.seen or self._chance.random() < 0.5):
            return self._start
        return Call("GET", f"/api/chat/{self._message_id}")

    def _attempt(self, call: Call) -> None:
        """One connection. Whatever cuts it is no error: the next one goes on behind the last event seen."""
        self.attempts += 1
        cursor = {"Last-Event-ID": self.seen[-1].id} if self.seen else {}
        connection = HTTPConnection(urlsplit(self._chance.choice(self._urls)).netloc, timeout=PATIENCE)
        try:
            connection.request(call.method, call.path, call.body, self._person.headers | call.headers | cursor)
            response = connection.getresponse()
            if response.status != 200:
                raise Never(f"{call.method} {call.path} {cursor}: {response.status} {response.read()!r}")
            self._see(response)
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()

    def _see(self, response: HTTPResponse) -> None:
        for event in self._events(response):
            if not self.begun.is_set():
                self._message_id = event.json.get("convId", self._message_id)
                self.begun.set()
            if event.data != "[DONE]":
                self.seen.append(event)
        if self.ended and time.monotonic() > self._deadline:
            raise Never(f"the stream goes on behind the end of {self._message_id}")

    def _events(self, response: HTTPResponse) -> Iterator[Event]:
        """As the bytes arrive, in whatever pieces. Keepalives must not keep it beyond its patience."""
        decode, parser = codecs.getincrementaldecoder("utf-8")().decode, Parser()
        while time.monotonic() < self._deadline and (data := response.read1(65536)):
            yield from parser.feed(decode(data))


def violations(reader: Reader, script: Script) -> list[str]:
    """What is wrong with what a reader of a whole answer saw."""
    found = []
    seqs = [event.seq for event in reader.seen]
    if seqs != list(range(1, len(seqs) + 1)):
        found.append(f"seqs {seqs}")
    if {event.id.rpartition(".")[0] for event in reader.seen} != {reader.message_id}:
        found.append("events of another message")
    if (reader.content, reader.reasoning) != (script.content, script.reasoning_content):
        found.append(f"text {reader.content!r} instead of {script.content!r}")
    if [event.json["status"] for event in reader.seen if "status" in event.json] != ["completed"]:
        found.append("not one end")
    return found
