"""What goes out: bytes at a reader's pace, and failures that end one response only."""

from contextlib import suppress

import pytest
import requests

from tests.edge.conftest import Server


def test_an_exception_before_the_start_is_told_as_json(server: Server) -> None:
    response = requests.get(f"{server.url}/raw/fails-early", timeout=60)
    assert (response.status_code, response.json()["code"]) == (500, 50001)


def test_an_application_that_says_nothing_is_an_error_at_once(server: Server) -> None:
    response = requests.get(f"{server.url}/raw/says-nothing", timeout=60)
    assert (response.status_code, response.json()["code"]) == (500, 50001)


def test_an_exception_after_the_start_drops_that_connection(server: Server) -> None:
    with server.connect() as client, pytest.raises(ConnectionResetError):
        client.ask("/raw/fails-late").read()
    server.process.wait_for("after the start")


def test_failures_leave_other_streams_alone(server: Server) -> None:
    """Daphne stops looking after all connections when one response fails after its start."""
    with server.connect() as other:
        other.ask("/stream/ticks?as=other").until(b"id: 1\n")
        for path in ("/raw/fails-late", "/raw/fails-early", "/raw/says-nothing", "/stream/failing") * 5:
            with server.connect() as client, suppress(ConnectionResetError):
                client.ask(path).socket.recv(1)
        other.until(b"id: 40\n")
    server.process.wait_for("closed ticks other")


def test_an_application_that_does_not_notice_that_its_client_left_is_ended(server: Server) -> None:
    with server.connect() as client:
        client.ask("/raw/stays").until(b"some")
    server.process.wait_for("ended by the server")


def test_head_has_no_body_whatever_the_application_sends(server: Server) -> None:
    with server.connect() as client:
        data = client.ask("/raw/two-parts", method="HEAD").until(b"\r\n\r\n")
        assert data.endswith(b"\r\n\r\n")
        assert client.ask("/raw/two-parts").until(b"0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


def test_http_1_0_gets_plain_bytes_until_the_end(server: Server) -> None:
    with server.connect() as client:
        data = client.send(b"GET /stream/three HTTP/1.0\r\nHost: localhost\r\n\r\n").read()
    assert data.partition(b"\r\n\r\n")[2] == b"one\ntwo\nthree\n"


def test_requests_sent_all_at_once_are_answered_in_their_order(server: Server) -> None:
    one = b"GET /whole?bytes=%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect() as client:
        data = client.send(b"".join(one % size for size in (5, 3, 7))).until(b"x" * 7)
    assert [int(line.split()[1]) for line in data.split(b"\r\n") if line.startswith(b"Content-Length")] == [5, 3, 7]


def test_a_request_knows_nothing_of_earlier_ones_on_its_connection(server: Server) -> None:
    with requests.Session() as session:
        assert [session.get(f"{server.url}/raw/context", timeout=60).text for _ in range(3)] == ["nothing"] * 3


def test_a_reader_that_stops_is_dropped_and_others_go_on(server: Server) -> None:
    with server.connect(buffer=4096) as stopped, server.connect() as other:
        stopped.ask("/stream/flood?as=stopped")
        other.ask("/stream/ticks?as=witness").until(b"id: 5\n")
        server.process.wait_for("closed flood stopped")
        other.until(b"id: 10\n")


def test_a_slow_reader_that_goes_on_reading_is_kept(server: Server) -> None:
    """It takes 16 KiB every 0.2 s and is well behind all the time; a stall is no byte for 0.5 s."""
    with server.connect(buffer=16384) as slow:
        slow.ask("/stream/flood?as=slow")
        taken = 0
        while taken < 2 * 2**20:
            taken += len(slow.socket.recv(131072))
        assert "closed flood slow" not in server.said


def test_a_large_response_reaches_a_slow_reader_whole(server: Server) -> None:
    with server.connect(buffer=16384) as client:
        data = client.ask("/whole?bytes=3000000", "Connection: close").read()
    assert len(data.partition(b"\r\n\r\n")[2]) == 3_000_000
