"""Ending an answer from outside: Stop, going away, deleting, revoking."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.chat import Answer, Chat
from tests.people import Person
from tests.site import Site
from tests.upstream import Script, Upstream, prompt

RUNNING = {"count": 6, "gate": "never", "after": 3}
SHOWN = "".join(Script.parse(RUNNING).deltas[:3])


@pytest.fixture
def running(alice: Chat, upstream: Upstream) -> Answer:
    """An answer of alice's that has said SHOWN, and would say no more for ever."""
    return alice.script(**RUNNING).until(SHOWN)


def test_stop_reaches_upstream_and_what_was_shown_stays(alice: Chat, upstream: Upstream, running: Answer) -> None:
    asked = alice.cancel(running.id)
    assert asked.status_code == 202
    assert asked.json()["status"] in ("in_progress", "cancelled")  # as it is by then: it is being ended
    assert upstream.wait("aborted")[0].sent == 3
    assert running.read().seen[-1].data == "[DONE]"
    assert running.end["status"] == "cancelled"
    assert running.content == SHOWN
    message = alice.message(running)
    assert (message["status"], message["content"], message["error"]) == ("cancelled", SHOWN, None)


def test_stop_before_the_first_delta(alice: Chat, upstream: Upstream) -> None:
    answer = alice.script(hang="headers")
    upstream.wait("started")
    assert alice.cancel(answer.id).status_code == 202
    assert answer.read().end["status"] == "cancelled"
    assert upstream.wait("aborted")


def test_two_stops_are_as_good_as_one(alice: Chat, upstream: Upstream, running: Answer) -> None:
    assert [alice.cancel(running.id).status_code for _ in range(2)] == [202, 202]
    running.read()
    assert alice.cancel(running.id).json() == {"status": "cancelled"}
    assert alice.follow(running.id).read().end["status"] == "cancelled"
    assert len([record for record in upstream.wait("aborted") if record.aborted]) == 1


def test_a_stop_that_comes_too_late_changes_nothing(alice: Chat) -> None:
    answer = alice.ask("quick").read()
    late = alice.cancel(answer.id)
    assert (late.status_code, late.json()) == (202, {"status": "completed"})
    assert alice.message(answer)["status"] == "completed"
    assert alice.follow(answer.id).read().seen == answer.seen


def test_a_stopped_answer_is_continued(alice: Chat, running: Answer) -> None:
    alice.cancel(running.id)
    running.read()
    place: dict[str, Any] = {"convGroupId": running.ids["convGroupId"], "parentConvId": running.id}
    more = alice.ask(None, **place)
    assert more.id == running.id
    alice.cancel(more.id)
    more.read()


def test_stop_is_the_owners_alone(alice: Chat, bob: Chat, nobody: Chat, upstream: Upstream, running: Answer) -> None:
    theirs, unknown = bob.cancel(running.id), bob.cancel("018f3a00-0000-7000-8000-000000000001")
    assert (theirs.status_code, theirs.json()) == (unknown.status_code, unknown.json())
    assert (theirs.status_code, nobody.cancel(running.id).status_code) == (404, 401)
    upstream.open("never")
    assert running.read().end["status"] == "completed"


def test_going_away_is_no_stop(alice: Chat, upstream: Upstream, running: Answer) -> None:
    running.response.close()
    upstream.open("never")
    rest = alice.follow(running.id, running.cursor).read()
    assert rest.end["status"] == "completed"
    assert SHOWN + rest.content == Script.parse(RUNNING).content


def test_going_away_is_a_stop_for_who_asked_for_that(alice: Chat, upstream: Upstream) -> None:
    answer = alice.ask(prompt(**RUNNING), cancelOnDisconnect=True).until(SHOWN)
    answer.response.close()
    assert upstream.wait("aborted")
    assert alice.follow(answer.id, answer.cursor).read().end["status"] == "cancelled"


def test_who_asked_for_that_and_stays_reads_to_the_end(alice: Chat) -> None:
    answer = alice.ask("stay", cancelOnDisconnect=True).read()
    assert answer.end["status"] == alice.message(answer)["status"] == "completed"


def test_deleting_while_it_is_written_ends_it_everywhere(alice: Chat, upstream: Upstream, running: Answer) -> None:
    second = alice.follow(running.id)
    group = running.ids["convGroupId"]
    assert alice.call("DELETE", f"conversations/{group}").status_code == 204
    assert upstream.wait("aborted")
    for reader in (running, second):
        assert reader.read().content == SHOWN
        with pytest.raises(AssertionError, match="0 ends"):
            assert reader.end
    for path in (f"chat/{running.id}", f"conversations/{group}"):
        assert alice.call("GET", path).json()["code"] == 40401
    assert alice.cancel(running.id).json()["code"] == 40401


def revoke(site: Site, key: str) -> None:
    done = f"ApiKey.objects.filter(digest=digest('{key}')).update(revoked='2020-01-01T00:00Z')"
    site.manage(f'shell -c "from chatsite.accounts.models import ApiKey, digest; {done}"')


def test_a_revoked_key_ends_what_is_read_with_it_but_not_the_answer(
    standing: Site, alice: Chat, upstream: Upstream
) -> None:
    key = standing.manage("create_api_key alice@example.org").split()[-1]
    person = Person("alice@example.org", "", key)
    lost = Chat(standing.url, person)
    answer = lost.script(**RUNNING).until(SHOWN)
    revoke(standing, key)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        answer.read()
    assert lost.call("GET", f"chat/{answer.id}", headers={"Last-Event-ID": answer.cursor}).status_code == 401
    upstream.open("never")
    assert SHOWN + alice.follow(answer.id, answer.cursor).read().content == Script.parse(RUNNING).content


def test_a_revoked_key_gets_no_whole_answer(standing: Site, alice: Chat, upstream: Upstream) -> None:
    key = standing.manage("create_api_key alice@example.org").split()[-1]
    lost = Chat(standing.url, Person("alice@example.org", "", key))
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(lost.post, {"request": prompt(**RUNNING), "stream": False})
        upstream.wait("waiting")
        revoke(standing, key)
        refused = asking.result()
    assert (refused.status_code, refused.json()["code"]) == (401, 40103)
    upstream.open("never")
    newest = alice.call("GET", "conversations").json()["conversations"][0]
    assert alice.follow(newest["currentNode"]).read().content == Script.parse(RUNNING).content
