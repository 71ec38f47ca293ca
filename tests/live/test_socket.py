"""The websocket of the real server."""

import json

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.chat import Chat
from tests.site import Site


def signed_in(site: Site, name: str = "alice") -> requests.Session:
    """A browser of theirs that has gone through the sign-in page."""
    person, browser = site.user(name), requests.Session()
    page = f"{site.url}/accounts/login/"
    browser.get(page, timeout=60)
    form = {"login": person.email, "password": person.password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    done = browser.post(page, data=form, headers={"Referer": page}, timeout=60)
    assert "chatsite_session" in browser.cookies, done.text
    return browser


def open_socket(site: Site, browser: requests.Session, origin: str = "") -> ClientConnection:
    cookie = f"chatsite_session={browser.cookies['chatsite_session']}"
    url = site.url.replace("http", "ws") + "/ws/live"
    return connect(url, origin=Origin(origin or site.url), additional_headers={"Cookie": cookie})


def test_a_page_hears_of_an_answer_asked_for_elsewhere(site: Site) -> None:
    alice = Chat(site.url, site.user("alice"))
    with open_socket(site, signed_in(site)) as socket:
        ids = alice.script(count=3, rate=100).read().ids
        heard: list[dict[str, str]] = []
        while "generation.ended" not in [hint["type"] for hint in heard]:
            heard.append(json.loads(socket.recv(timeout=60)))
    assert {hint["convGroupId"] for hint in heard} == {ids["convGroupId"]}
    assert {hint["type"] for hint in heard} >= {"generation.started", "generation.ended"}


def test_a_page_of_another_origin_is_refused(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_socket(site, signed_in(site), origin="https://evil.example")
    assert refused.value.response.status_code == 403


def test_too_large_a_message_closes_the_socket(site: Site) -> None:
    with open_socket(site, signed_in(site)) as socket:
        socket.send("x" * 10_000)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=60)
    assert requests.get(f"{site.url}/healthz", timeout=60).ok


def test_a_restart_says_goodbye(site: Site) -> None:
    with open_socket(site, signed_in(site)) as socket:
        assert site.stop() == 0
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=60)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012
    assert "Traceback" not in site.log
