"""The scripted upstream's server: HTTP/1.1 by hand on asyncio streams, because it must be able to do it wrong.

Below /_control/ it tells what happened and is told what to do (handle.py is the other side). All times are
time.monotonic(), which is one clock for all processes of a machine.
"""

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .script import Encoder, Script, asked, usage

_JSON = "application/json"
_MODELS = [{"id": name, "object": "model", "created": 1, "owned_by": "tests"} for name in ("scripted", "other")]
_MAX_HEAD = 64 * 1024
_MAX_BODY = 64 * 2**20
_FLOOD = "flood " * (64 * 1024 // 6)


@dataclass
class Record:
    """What became of one request for an answer."""

    number: int
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    started: float
    sent: int = 0  # content deltas handed to TCP
    waiting: str | None = None  # the gate it stands at
    finished: float | None = None  # the script was played to its end
    aborted: float | None = None  # the client left before that: when its EOF or RST was seen


@dataclass
class Exchange:
    """One request being answered."""

    script: Script
    record: Record
    writer: asyncio.StreamWriter
    changed: Callable[[], None]
    gate: Callable[[str], asyncio.Event]
    encode: Encoder = field(init=False)

    def __post_init__(self) -> None:
        self.encode = Encoder(self.script, self.record.number, str(self.record.body.get("model")))

    async def play(self) -> None:
        """Answer as scripted."""
        script = self.script
        if script.hang:
            await _for_ever()
        elif script.status != 200:
            await self._refuse()
        elif script.garbage == "html":
            await self._whole(HTTPStatus.OK, "text/html", b"<!doctype html><title>Welcome</title><h1>It works!")
        elif not self.record.body.get("stream"):
            await self._whole(HTTPStatus.OK, _JSON, json.dumps(self._completion()).encode())
        else:
            await self._stream()

    async def _stream(self) -> None:
        self.writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        await self._send(self.encode.chunk({"role": "assistant", "content": ""}))
        async for index, delta in self._paced():
            if self.script.garbage and index == self.script.at:
                await self._garbage()
            else:
                await self._send(self.encode.chunk(delta))
            if "content" in delta:
                self.record.sent += 1
        await self._gate(len(self.script.deltas))
        await self._end()

    async def _paced(self) -> AsyncIterator[tuple[int, dict[str, str]]]:
        """(index of the content delta or -1, delta), each at its time: a late one does not shift the next."""
        await asyncio.sleep(self.script.delay)
        begin = time.monotonic()
        deltas = [(-1, {"reasoning_content": text}) for text in self.script.thoughts]
        deltas += [(index, {"content": text}) for index, text in enumerate(self.script.deltas)]
        for nth, (index, delta) in enumerate(deltas):
            await self._gate(index)
            if self.script.rate:
                await asyncio.sleep(begin + nth / self.script.rate - time.monotonic())
            yield index, delta

    async def _gate(self, index: int) -> None:
        if self.script.gate and index == self.script.after:
            self.record.waiting = self.script.gate
            self.changed()
            await self.gate(self.script.gate).wait()
            self.record.waiting = None

    async def _garbage(self) -> None:
        while self.script.garbage == "neverline":
            await self._send(b"data: " + b"x" * 65536)
        if self.script.garbage == "error":
            await self._send(self.encode.error(f"overloaded, {self.record.headers.get('authorization')}"))
        else:
            await self._send(self.encode.garbage(self.script.garbage))

    async def _end(self) -> None:
        match self.script.end:
            case "flood":
                while True:
                    await self._send(self.encode.chunk({"content": _FLOOD}))
            case "hang":
                await _for_ever()
            case "close" | "cut" as how:
                self._break_off(how)
            case "late_close" | "late_cut" as how:
                await self._send(self.encode.chunk({}, "stop"))
                await self._gate(len(self.script.deltas) + 1)
                self._break_off(how.removeprefix("late_"))
            case "eof":
                await self._last_chunk()
            case "linger":
                await self._send(self.encode.chunk({}, "stop"))
                await _for_ever()
            case reason:
                await self._finish(reason)

    def _break_off(self, how: str) -> None:
        if how == "cut":  # SO_LINGER of 0 makes close() send RST
            raw: socket.socket = self.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()

    async def _finish(self, reason: str) -> None:
        await self._send(self.encode.chunk({}, reason))
        if self.script.usage:
            await self._send(self.encode.usage(len(self.script.deltas)))
        await self._send(self.encode.event("[DONE]"))
        await self._last_chunk()

    async def _last_chunk(self) -> None:
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def _send(self, body: bytes) -> None:
        """One chunk of the chunked coding, in pieces that reach the reader apart."""
        data = b"%x\r\n%s\r\n" % (len(body), body)
        size = self.script.split or len(data)
        for start in range(0, len(data), size):
            self.writer.write(data[start : start + size])
            await self.writer.drain()
            # A breath, or the kernel hands the reader two pieces as one.
            await asyncio.sleep(0.0003 if self.script.split else 0)

    async def _refuse(self) -> None:
        phrase = HTTPStatus(self.script.status).phrase
        told = f"Scripted: {phrase}, {self.record.headers.get('authorization')}"
        error = {"message": told, "type": "scripted_error", "param": None, "code": None}
        extra = "" if self.script.retry_after is None else f"retry-after: {self.script.retry_after}\r\n"
        await self._whole(HTTPStatus(self.script.status), _JSON, json.dumps({"error": error}).encode(), extra)

    async def _whole(self, status: HTTPStatus, kind: str, body: bytes, extra: str = "") -> None:
        self.writer.write(response(status, kind, body, extra))
        await self.writer.drain()

    def _completion(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": self.script.content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return self.encode.head | {
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage(len(self.script.deltas)),
        }


def response(status: HTTPStatus, kind: str, body: bytes, extra: str = "") -> bytes:
    """A whole HTTP response; `extra` is further header lines, each with its CR LF."""
    head = f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


class Server:
    """All connections, what they asked, and the gates."""

    def __init__(self) -> None:
        self.changed = asyncio.Condition()
        self.playing: set[asyncio.Task[None]] = set()
        self._notes: set[asyncio.Task[None]] = set()
        self.reset()

    def reset(self) -> None:
        """Forget everything and end every running answer."""
        self.records: list[Record] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.default: Script | None = None
        self.queue: deque[Script] = deque()
        for task in self.playing:
            task.cancel()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other, until somebody closes it."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while await self._request(reader, writer):
                pass
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False once the connection is of no more use."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        length = int(headers.get("content-length") or 0)
        body = json.loads(await reader.readexactly(min(length, _MAX_BODY)) or b"{}")
        url = urlsplit(target)
        if url.path.startswith("/_control/"):
            asks = body | dict(parse_qsl(url.query))
            status, answer = await self._control(url.path.removeprefix("/_control/"), asks)
            writer.write(response(status, _JSON, json.dumps(answer).encode()))
        elif (method, url.path) == ("POST", "/v1/chat/completions"):
            return await self._answer(url.path, headers, body, reader, writer)
        elif (method, url.path) == ("GET", "/v1/models"):
            writer.write(response(HTTPStatus.OK, _JSON, json.dumps({"object": "list", "data": _MODELS}).encode()))
        else:
            writer.write(response(HTTPStatus.NOT_FOUND, _JSON, b'{"error":{"message":"no such URL"}}'))
        await writer.drain()
        return True

    async def _answer(
        self,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Play the script while watching for the client to leave."""
        record = Record(len(self.records) + 1, path, headers, body, time.monotonic())
        self.records.append(record)
        self._tell()
        try:
            script = self.queue.popleft() if self.queue else asked(body, self.default)
        except (ValueError, KeyError, TypeError) as error:
            reason = json.dumps({"error": {"message": f"The script is wrong: {error}"}})
            writer.write(response(HTTPStatus.BAD_REQUEST, _JSON, reason.encode()))
            return True
        play = asyncio.create_task(Exchange(script, record, writer, self._tell, self._gate).play())
        left = asyncio.create_task(_until_gone(reader))
        self.playing.add(play)
        try:
            await asyncio.wait({play, left}, return_when=asyncio.FIRST_COMPLETED)
            if left.done() and not play.done():
                record.aborted = time.monotonic()
                return False
            # A cancelled script was reset, an error is the client's reset of the connection.
            if play.cancelled() or isinstance(play.exception(), ConnectionError):
                record.aborted = time.monotonic()
                return False
            record.finished = time.monotonic()
            play.result()
            return not left.done() and not writer.is_closing()
        finally:
            self.playing.discard(play)
            await _cancelled(play, left)
            self._tell()

    async def _control(self, verb: str, asks: dict[str, Any]) -> tuple[HTTPStatus, Any]:
        match verb:
            case "reset":
                self.reset()
            case "script":
                self.default = Script.parse(asks["default"]) if asks.get("default") else None
            case "next":
                self.queue.extend(Script.parse(script) for script in asks["scripts"])
            case "open":
                self._gate(asks["gate"]).set()
            case "wait":
                return await self._wait(asks["what"], int(asks["count"]), float(asks["seconds"]))
            case "requests":
                pass
            case _:
                return HTTPStatus.NOT_FOUND, {}
        return HTTPStatus.OK, [asdict(record) for record in self.records]

    async def _wait(self, what: str, count: int, seconds: float) -> tuple[HTTPStatus, Any]:
        """Hold the answer until `count` records are `what` (started, sent, finished, aborted, waiting)."""
        try:
            async with asyncio.timeout(seconds), self.changed:
                await self.changed.wait_for(lambda: sum(bool(getattr(r, what)) for r in self.records) >= count)
        except TimeoutError:
            return HTTPStatus.REQUEST_TIMEOUT, [asdict(record) for record in self.records]
        return HTTPStatus.OK, [asdict(record) for record in self.records]

    def _gate(self, name: str) -> asyncio.Event:
        return self.gates.setdefault(name, asyncio.Event())

    def _tell(self) -> None:
        """Wake who waits for a change (a strong reference each, or the loop may drop the task)."""
        task = asyncio.create_task(self._notify())
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Returns at EOF or RST. A client has nothing to say while it is being answered."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(1):
            pass


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def serve(host: str, port: int, listening: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """Serve until cancelled; `listening` is told the port that was taken."""
    server = await asyncio.start_server(Server().connection, host, port, limit=_MAX_HEAD, backlog=2048)
    async with server:
        await listening(server.sockets[0].getsockname()[1])
        await server.serve_forever()
