"""A stream after Django has ended its request."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import requests

from chatsite.edge.handover import stream
from chatsite.edge.interface import Message
from tests.edge.conftest import Server


def test_the_stream_has_the_views_headers_and_the_middlewares(server: Server) -> None:
    response = requests.get(f"{server.url}/stream/three", timeout=60)
    assert response.content == b"one\ntwo\nthree\n"
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Length" not in response.headers


def test_the_headers_do_not_wait_for_the_first_frame(server: Server) -> None:
    with server.connect() as client:
        assert b"text/event-stream" in client.ask("/stream/silent").until(b"\r\n\r\n")


def test_the_reader_is_closed_when_the_client_leaves(server: Server) -> None:
    with server.connect() as client:
        client.ask("/stream/silent?as=left").until(b"id: 1\n")
    server.process.wait_for("closed silent left")


def test_the_reader_is_closed_when_the_client_left_before_the_view_answered(server: Server) -> None:
    with server.connect() as client:
        client.ask("/stream/silent?as=early")
    server.process.wait_for("closed silent early")


def test_the_reader_is_closed_when_it_has_ended(server: Server) -> None:
    requests.get(f"{server.url}/stream/three?as=done", timeout=60)
    server.process.wait_for("closed three done")


def test_an_exception_of_the_reader_is_an_eof_and_a_line_in_the_log(server: Server) -> None:
    response = requests.get(f"{server.url}/stream/failing?as=fault", timeout=60)
    assert response.content == b"one\n"
    server.process.wait_for("closed failing fault")
    assert "LookupError: inside the stream" in server.said


def test_the_connection_is_good_for_another_request_after_a_stream(server: Server) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{server.url}/stream/three", timeout=60).content == b"one\ntwo\nthree\n"


def test_head_of_a_stream_ends_at_once(server: Server) -> None:
    response = requests.head(f"{server.url}/stream/ticks?as=head", timeout=60)
    assert response.headers["Content-Type"] == "text/event-stream"
    server.process.wait_for("closed ticks head")


def test_a_response_that_takes_long_is_waited_for_outside_the_lanes(server: Server) -> None:
    """Twice as many as there are lanes, and a short request beside them."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(server.connect()).ask("/api/later?gate=sixteen") for _ in range(16)]
        assert requests.get(f"{server.url}/whole", timeout=60).ok
        assert not any(client.has_answer for client in waiting)
        requests.get(f"{server.url}/open?gate=sixteen", timeout=60)
        for client in waiting:
            data = client.until(b"}")
            assert data.startswith(b"HTTP/1.1 201 Created")
            assert b"X-Early: 1" in data


def test_a_response_nobody_waits_for_is_not_made(server: Server) -> None:
    with server.connect() as client:
        client.ask("/api/later?gate=never")
        assert requests.get(f"{server.url}/whole", timeout=60).ok
    server.process.wait_for("nobody waits any more")


def test_an_ordinary_streaming_response_ends_with_its_client(server: Server) -> None:
    with server.connect() as client:
        client.ask("/download").until(b"xxx")
    server.process.wait_for("download closed")


def test_open_streams_hold_no_threads(start: Callable[..., Server]) -> None:
    server = start()
    clients = [server.connect() for _ in range(500)]
    for number, client in enumerate(clients):
        client.ask(f"/stream/silent?as={number}")
    for client in clients:
        client.until(b"id: 1\n")
    print(f"\n500 open streams: {server.threads} threads, {server.rss / 2**20:.0f} MiB")
    assert server.threads <= 20
    for client in clients:
        client.socket.close()


class Faulty:
    """A reader that fails where it is told to."""

    principal = None

    def __init__(self, where: str) -> None:
        self._where, self._yielded = where, 0

    def __aiter__(self) -> "Faulty":
        self._fail("at its start")
        return self

    async def __anext__(self) -> bytes:
        self._yielded += 1
        self._fail(f"at frame {self._yielded}")
        if self._yielded > 3:
            raise StopAsyncIteration
        return b"frame\n"

    async def aclose(self) -> None:
        self._fail("at its end")

    def _fail(self, where: str) -> None:
        if where == self._where:
            raise LookupError(where)


@pytest.mark.parametrize("where", ["at its start", "at frame 1", "at frame 3", "at its end"])
async def test_a_fault_anywhere_is_an_orderly_end(where: str, caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise NotImplementedError

    await stream(Faulty(where), {"type": "http.response.start", "status": 200, "headers": []}, receive, send)
    assert [message["type"] for message in sent].count("http.response.start") == 1
    assert not sent[-1].get("more_body")
    assert where in caplog.text
    assert asyncio.all_tasks() == {asyncio.current_task()}
