"""One client reading one answer, seen from outside: the same for every client."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Self

from tests.chat import Event
from tests.clients.catalog import Client


@dataclass(frozen=True)
class Ask:
    """What the client is to read: an answer to `request`, or the message `follow`. `base` is the site's origin."""

    base: str
    request: str = ""
    follow: str = ""
    bearer: str | None = None
    cancelOnDisconnect: bool = False  # noqa: N815 - a name of the wire


@dataclass(frozen=True)
class Outcome:
    """All events that the client handed over, and the refusal or failure it showed, with what it could see of it."""

    events: list[Event]
    error: dict[str, Any] | None = None

    @property
    def content(self) -> str:
        return "".join(event.content for event in self.events)

    @property
    def id(self) -> str:
        """convId, from the first event."""
        return str(self.events[0].json["convId"])

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events if event.data != "[DONE]"]

    @property
    def end(self) -> dict[str, Any]:
        """The terminal event; an AssertionError when nothing, or something else, came last."""
        assert self.events, self.error
        *earlier, last = self.events
        if last.event == "close":
            return last.json
        assert last.data == "[DONE]", self
        return earlier[-1].json


class Reader(ABC):
    """with … as reader: one reading. What it waits for comes within 30 s, or an exception says what came instead."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """End the client, whatever it does."""

    @abstractmethod
    def start(self, client: Client, ask: Ask) -> None:
        """Begin to read."""

    @abstractmethod
    def until(self, text: str) -> None:
        """Returns once the client has shown the text."""

    @abstractmethod
    def stop(self) -> None:
        """Do what the client has for a Stop."""

    @abstractmethod
    def end(self) -> Outcome:
        """Returns once the client does nothing more."""
