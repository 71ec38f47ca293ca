from typing import Any

import pytest

from chatsite.edge.forwarded import believe, networks

PROXY, INNER, CLIENT, LIAR = "10.0.0.1", "10.0.0.2", "192.0.2.7", "203.0.113.9"


def scope(peer: str, *headers: tuple[str, str], kind: str = "http") -> dict[str, Any]:
    """What `believe` makes of a request that came from `peer`."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    made: dict[str, Any] = {"type": kind, "scheme": "http", "client": [peer, 5000], "headers": raw}
    believe(made, networks(["10.0.0.0/8", "2001:db8::1"]))
    return made


def client(peer: str, *forwarded: str) -> str:
    told: str = scope(peer, *(("X-Forwarded-For", value) for value in forwarded))["client"][0]
    return told


def test_a_proxy_of_ours_says_who_asked_it() -> None:
    assert client(PROXY, CLIENT) == CLIENT


def test_a_stranger_is_not_believed() -> None:
    assert client(LIAR, CLIENT) == LIAR


def test_what_stands_left_of_the_client_was_claimed_by_the_client() -> None:
    assert client(PROXY, f"{LIAR}, 10.9.9.9, {CLIENT}") == CLIENT


def test_the_list_is_read_through_all_our_proxies() -> None:
    assert client(PROXY, f"{LIAR}, {CLIENT}, {INNER}") == CLIENT


def test_several_lines_are_one_list() -> None:
    assert client(PROXY, LIAR, CLIENT) == CLIENT


def test_a_client_inside_our_own_network_is_the_outermost_address() -> None:
    assert client(PROXY, "10.1.1.1") == "10.1.1.1"


@pytest.mark.parametrize("nonsense", ["unknown", "", ",,", "_hidden", "1.2.3.4.5", "::::", "\u00ff"])
def test_nonsense_leaves_the_proxy_as_the_client(nonsense: str) -> None:
    assert client(PROXY, nonsense) == PROXY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.7:4711", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_addresses_come_in_several_spellings(written: str, meant: str) -> None:
    assert client(PROXY, written) == meant


def test_a_proxy_may_speak_ipv6() -> None:
    assert client("2001:db8::1", CLIENT) == CLIENT
    assert client("::ffff:10.0.0.1", CLIENT) == CLIENT


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
def test_the_scheme_is_the_one_of_the_outermost_proxy_of_ours(kind: str, scheme: str) -> None:
    chain = ("X-Forwarded-For", f"{CLIENT}, {INNER}")
    assert scope(PROXY, chain, ("X-Forwarded-Proto", "https, http"), kind=kind)["scheme"] == scheme


def test_a_proxy_may_tell_the_scheme_alone() -> None:
    assert scope(PROXY, ("X-Forwarded-Proto", "https"))["scheme"] == "https"


@pytest.mark.parametrize(("peer", "proto"), [(LIAR, "https"), (PROXY, "gopher"), (PROXY, "https, http")])
def test_no_other_scheme_is_believed(peer: str, proto: str) -> None:
    assert scope(peer, ("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", proto))["scheme"] == "http"


@pytest.mark.parametrize("peer", [PROXY, LIAR])
def test_nobody_else_sees_the_claims_but_that_there_were_some(peer: str) -> None:
    names = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-IP")
    made = scope(peer, *((name, LIAR) for name in names), ("Accept", "*/*"))
    assert made["headers"] == [(b"accept", b"*/*")]
    assert made["chatsite.forwarded"] is True


def test_a_request_without_claims_stays_as_it_is() -> None:
    made = scope(CLIENT, ("Accept", "*/*"))
    assert made == {
        "type": "http", "scheme": "http", "client": [CLIENT, 5000], "headers": [(b"accept", b"*/*")]
    }  # fmt: skip
