"""The site put together: the real server and the real views, on both databases."""

from contextlib import ExitStack

import pytest
import requests

from tests.chat import Chat
from tests.edge.raw import Raw
from tests.site import Site
from tests.upstream import Upstream

REVOKE = """from chatsite.accounts.models import ApiKey
ApiKey.objects.filter(user__email="alice@example.org").delete()"""


def test_each_part_answers_in_its_own_way(site: Site) -> None:
    assert requests.get(f"{site.url}/static/css/tokens.css", timeout=60).headers["Content-Type"].startswith("text/css")
    unknown = requests.get(f"{site.url}/api/none", timeout=60)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 40401)
    method = requests.delete(f"{site.url}/api/models", timeout=60)
    assert (method.status_code, method.json()["code"]) == (405, 40501)
    assert "GET" in method.headers["Allow"]
    page = requests.get(f"{site.url}/none", timeout=60)
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_an_answer_streams_and_is_taken_whole(site: Site) -> None:
    alice = Chat(site.url, site.user("alice"))
    streamed = alice.script(count=5, rate=100).read()
    assert streamed.end["status"] == "completed"
    whole = alice.call("POST", "chat", json={"request": "script:" + '{"count":5,"rate":100}', "stream": False})
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "application/json")
    assert len(whole.json()["choices"][0]["message"]["content"]) > 0


def test_whole_answers_do_not_keep_others_waiting(site: Site) -> None:
    """Twice as many as there are lanes wait for an answer that does not come."""
    body = b'{"request":"script:{\\"gate\\":\\"never\\"}","stream":false}'
    key = site.user("alice").headers["Authorization"]
    head = (f"Authorization: {key}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(Raw(site.port)).ask("/api/chat", *head, method="POST", body=body) for _ in range(16)
        ]
        assert Chat(site.url, site.user("bob")).call("GET", "me").ok
        assert [client.socket.recv(2000) for client in waiting if client.has_answer] == []


def test_a_revoked_key_cuts_its_streams_and_nobody_elses(site: Site, upstream: Upstream) -> None:
    alice, bob = Chat(site.url, site.user("alice")), Chat(site.url, site.user("bob"))
    theirs = bob.script(count=20, gate="revoked", after=10)
    hers = alice.script(count=10_000, rate=50).until("a")
    next(iter(theirs))
    site.manage(f"shell -v 0 -c '{REVOKE}'")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):  # not an orderly end: what is unsent stays unsent
        hers.read()
    assert alice.call("GET", "me").json()["code"] == 40103
    upstream.open("revoked")
    assert theirs.read().end["status"] == "completed"


def test_database_connections_do_not_grow_with_streams(site: Site) -> None:
    """The pool of ten would be used up by streams that kept theirs."""
    alice = Chat(site.url, site.user("alice"))
    streams = [alice.script(count=50, rate=25) for _ in range(25)]
    assert alice.call("GET", "me").ok
    for stream in streams:
        assert stream.read().end["status"] == "completed"
