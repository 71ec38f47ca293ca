"""What comes in: how much, how slowly, and what may be claimed."""

import ast
import json
from typing import Any

import pytest

from tests.edge.conftest import Server

LIMIT = 2 * 2**20


def answer(data: bytes) -> tuple[int, Any]:
    """Status and JSON of the one response in `data`."""
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def scope(data: bytes) -> dict[str, Any]:
    text = data.partition(b"\r\n\r\n")[2].decode()
    told: dict[str, Any] = ast.literal_eval(text[text.index("{") : text.rindex("}") + 1])
    return told


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server: Server) -> None:
    with server.connect() as client:
        status, told = answer(client.ask("/raw/scope-told", f"Content-Length: {LIMIT + 1}", method="POST").read())
    assert (status, told["code"]) == (413, 41301)


def test_a_body_of_the_largest_size_is_taken(server: Server) -> None:
    with server.connect() as client:
        client.ask("/raw/scope-told", f"Content-Length: {LIMIT}", "Connection: close", method="POST", body=b"x" * LIMIT)
        assert scope(client.read())["body"] == LIMIT


def test_a_chunked_body_is_refused_when_it_grows_too_large(server: Server) -> None:
    with server.connect() as client:
        client.ask("/raw/scope-told", "Transfer-Encoding: chunked", method="POST")
        for _ in range(LIMIT // 65536 + 1):
            client.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        status, told = answer(client.read())
    assert (status, told["code"]) == (413, 41301)


def test_who_sends_on_after_a_refusal_still_reads_it(server: Server) -> None:
    with server.connect() as client:
        client.ask("/raw/scope-told", f"Content-Length: {20 * LIMIT}", method="POST", body=b"x" * 20 * LIMIT)
        assert answer(client.read())[0] == 413


def test_who_waits_for_a_100_continue_is_refused_without_one(server: Server) -> None:
    headers = (f"Content-Length: {LIMIT + 1}", "Expect: 100-continue")
    with server.connect() as client:
        data = client.ask("/raw/scope-told", *headers, method="POST").read()
    assert answer(data)[0] == 413
    assert b"100 Continue" not in data


def test_refused_bodies_are_not_kept(server: Server) -> None:
    def upload() -> None:
        with server.connect() as client:
            client.ask("/raw/scope-told", f"Content-Length: {20 * LIMIT}", method="POST", body=b"x" * 20 * LIMIT).read()

    upload()  # what the first request of a process needs besides is not looked at
    before = server.rss
    for _ in range(5):
        upload()
    assert server.rss - before < 20 * LIMIT  # not even one of the five


def test_a_request_whose_headers_trickle_in_is_refused_after_a_time_in_all(server: Server) -> None:
    with server.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        client.socket.settimeout(0.1)
        data = b""
        while not data:
            client.send(b"x")
            try:
                data = client.socket.recv(65536)
            except TimeoutError:
                continue
    assert answer(data) == (408, {"code": 40801, "msg": "The request took too long to arrive."})


def test_a_body_that_stops_coming_is_refused(server: Server) -> None:
    with server.connect() as client:
        status, told = answer(client.ask("/raw/scope-told", "Content-Length: 10", method="POST", body=b"x").read())
    assert (status, told["code"]) == (408, 40801)


def test_a_second_request_on_a_connection_has_time_of_its_own(server: Server) -> None:
    with server.connect() as client:
        client.ask("/raw/slow").until(b"\r\n0\r\n\r\n")  # as long as a request may take to come in
        assert b"200 OK" in client.ask("/raw/two-parts").until(b"\r\n0\r\n\r\n")


def test_what_is_not_http_is_refused(server: Server) -> None:
    with server.connect() as client:
        assert b" 400 " in client.send(b"hello\r\n\r\n").read()


def test_an_address_that_is_too_long_is_told_so(server: Server) -> None:
    with server.connect() as client:
        status, told = answer(client.ask(f"/raw/scope-told?request={'x' * 20_000}").read())
    assert (status, told["code"]) == (414, 41401)


def test_a_bad_header_is_refused_as_json(server: Server) -> None:
    with server.connect() as client:
        data = client.ask("/raw/scope-told", "X-Odd: \x0b", "Connection: close").until(b"}")
    assert b" 400 " in data
    assert b'"code": 40002' in data


@pytest.mark.parametrize("header", ["Daphne-Root-Path", "daphne-root-path"])
def test_the_root_path_cannot_be_set_from_outside(server: Server, header: str) -> None:
    with server.connect() as client:
        told = scope(client.ask("/raw/scope-told", f"{header}: /evil", "Connection: close").read())
    assert (told["root_path"], told["path"]) == ("", "/raw/scope-told")


def test_a_proxy_of_ours_is_believed(server: Server) -> None:
    claims = ("X-Forwarded-For: 6.6.6.6, 192.0.2.1", "X-Forwarded-Proto: https", "Connection: close")
    with server.connect() as client:
        told = scope(client.ask("/raw/scope-told", *claims).read())
    assert (told["client"], told["scheme"]) == (["192.0.2.1", 0], "https")
    assert not [name for name, _ in told["headers"] if name.startswith(b"x-forwarded")]


def test_the_server_does_not_say_what_it_is(server: Server) -> None:
    with server.connect() as client:
        assert b"server:" not in client.ask("/raw/two-parts", "Connection: close").read().lower()
