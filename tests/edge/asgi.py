"""One request to an ASGI application, by hand."""

from dataclasses import dataclass, field
from typing import Any

from chatsite.edge.interface import Application, Message


@dataclass
class Told:
    """What the application sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        """Names in small letters; the last of several of one name."""
        return {name.decode().lower(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


async def ask(application: Application, path: str, method: str = "GET", **headers: str) -> Told:
    """Header names with _ for -."""
    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), *raw],
        "client": ["127.0.0.1", 5000],
        "server": ["127.0.0.1", 8000],
    }
    told = Told()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.messages.append(message)

    await application(scope, receive, send)
    return told
