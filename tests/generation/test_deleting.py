"""Deleting, restoring and changing at a running site, where others write, read and change at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import requests

from tests.chat import Answer, Chat
from tests.upstream import Script, Upstream, prompt

RUNNING = {"count": 6, "gate": "never", "after": 3}
SHOWN = "".join(Script.parse(RUNNING).deltas[:3])
Call = Callable[[], requests.Response]


def at_once(*calls: Call) -> list[int]:
    """Their statuses."""
    ready = Barrier(len(calls))

    def run(call: Call) -> int:
        ready.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def running(alice: Chat) -> Answer:
    """An answer of alice's that has said SHOWN, and would say no more for ever."""
    return alice.script(**RUNNING).until(SHOWN)


@pytest.mark.parametrize("what", ["conversation", "message"])
def test_what_was_deleted_while_it_was_written_comes_back_as_far_as_it_was_shown(
    alice: Chat, upstream: Upstream, running: Answer, what: str
) -> None:
    path = f"conversations/{running.ids['convGroupId']}" if what == "conversation" else f"messages/{running.id}"
    assert alice.call("DELETE", path).ok
    assert upstream.wait("aborted")
    assert running.read().content == SHOWN  # cut, without an end
    assert alice.call("GET", f"chat/{running.id}").status_code == 404
    assert alice.call("POST", f"{path}/restore").status_code == 200
    again = alice.follow(running.id).read()
    assert (again.content, again.end["status"]) == (SHOWN, "cancelled")
    message = alice.message(running)
    assert (message["status"], message["content"]) == ("cancelled", SHOWN)


def test_what_came_back_is_continued(alice: Chat, upstream: Upstream, running: Answer) -> None:
    alice.call("DELETE", f"messages/{running.id}")
    running.read()
    alice.call("POST", f"messages/{running.id}/restore")
    alice.follow(running.id).read()
    upstream.open("never")
    more = alice.ask(None, convGroupId=running.ids["convGroupId"], parentConvId=running.id).read()
    assert (more.id, more.end["status"]) == (running.id, "completed")


def test_an_answer_beside_a_deleted_one_is_written_on(alice: Chat, upstream: Upstream, running: Answer) -> None:
    place: dict[str, Any] = {"convGroupId": running.ids["convGroupId"], "parentConvId": running.ids["parentConvId"]}
    second = alice.ask(None, **place).until(SHOWN)
    row = alice.call("DELETE", f"messages/{running.id}").json()
    assert (row["currentNode"], row["inProgress"]) == (second.id, True)
    running.read()
    upstream.open("never")
    assert second.read().end["status"] == "completed"


def test_under_a_deleted_message_nothing_is_said(alice: Chat) -> None:
    answer = alice.ask("hello").read()
    place: dict[str, Any] = {"convGroupId": answer.ids["convGroupId"], "parentConvId": answer.id}
    alice.call("DELETE", f"messages/{answer.id}")
    assert alice.post({"request": "more", **place}).json()["code"] == 40401
    assert alice.post({"request": None, **place}).json()["code"] == 40401
    alice.call("POST", f"messages/{answer.id}/restore")
    assert alice.post({"request": "more", **place}).status_code == 200


def test_an_empty_conversation_is_begun_again(alice: Chat) -> None:
    answer = alice.ask("hello").read()
    group = answer.ids["convGroupId"]
    alice.call("DELETE", f"messages/{answer.ids['parentConvId']}")
    again = alice.ask("hello again", convGroupId=group).read()
    assert again.ids["convGroupId"] == group
    assert len(alice.tree(group)["messages"]) == 2


def test_of_devices_that_change_at_once_one_wins(alice: Chat) -> None:
    group = alice.ask("hello").read().ids["convGroupId"]
    version = alice.tree(group)["version"]

    changes = [{"title": f"device {number}", "version": version} for number in range(6)]
    statuses = at_once(*(partial(alice.call, "PATCH", f"conversations/{group}", json=change) for change in changes))
    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
    tree = alice.tree(group)
    assert (tree["title"], tree["version"]) == (f"device {statuses.index(200)}", version + 1)


def test_of_those_who_restore_at_once_one_does(alice: Chat) -> None:
    answer = alice.ask("hello").read()
    for path in (f"messages/{answer.id}", f"conversations/{answer.ids['convGroupId']}"):
        assert alice.call("DELETE", path).ok
        assert sorted(at_once(*[partial(alice.call, "POST", f"{path}/restore")] * 4)) == [200, 404, 404, 404]


def test_who_deletes_and_who_asks_at_once_leave_a_whole_tree(alice: Chat) -> None:
    for _ in range(5):
        answer = alice.ask("hello").read()
        group = answer.ids["convGroupId"]
        more = {"request": "more", "convGroupId": group, "parentConvId": answer.id, "stream": False}
        delete = partial(alice.call, "DELETE", f"messages/{answer.id}")
        deleted, asked = at_once(delete, partial(alice.post, more))
        # Asked first, the question went with what it stood under; deleted first, there was nothing to stand under.
        assert (deleted, asked in (200, 404, 503)) == (200, True)
        tree = alice.tree(group)
        assert [message["convId"] for message in tree["messages"]] == [answer.ids["parentConvId"]]
        assert tree["currentNode"] == answer.ids["parentConvId"]


def test_who_forks_and_who_deletes_at_once_do_no_harm(alice: Chat) -> None:
    for _ in range(3):
        answer = alice.ask("hello").read()
        path = f"conversations/{answer.ids['convGroupId']}"
        fork = partial(alice.call, "POST", f"{path}/fork", json={"convId": answer.id})
        forked, deleted = at_once(fork, partial(alice.call, "DELETE", path))
        assert (forked in (201, 404), deleted) == (True, 204)


def test_a_folder_that_goes_while_something_is_put_into_it(alice: Chat) -> None:
    for number in range(5):
        group = alice.ask("hello").read().ids["convGroupId"]
        folder = alice.call("POST", "folders", json={"name": f"{group} {number}"}).json()["id"]
        body = {"folder": folder, "version": alice.tree(group)["version"]}
        move = partial(alice.call, "PATCH", f"conversations/{group}", json=body)
        moved, deleted = at_once(move, partial(alice.call, "DELETE", f"folders/{folder}"))
        assert (moved in (200, 422), deleted) == (True, 204)
        assert alice.tree(group)["folder"] is None


def test_of_two_folders_of_a_name_made_at_once_there_is_one(alice: Chat) -> None:
    name = alice.ask("hello").read().id
    statuses = at_once(*[partial(alice.call, "POST", "folders", json={"name": name})] * 4)
    assert sorted(statuses) == [201, 422, 422, 422]


def test_ratings_given_at_once_leave_one(alice: Chat) -> None:
    answer = alice.ask("hello").read()
    path = f"messages/{answer.id}/rating"
    rate = [partial(alice.call, "PUT", path, json={"value": value}) for value in (1, -1, 1, -1)]
    assert set(at_once(*rate)) == {200}
    assert alice.message(answer)["rating"]["value"] in (1, -1)


def test_a_temporary_chat_is_in_no_list_and_cannot_be_restored(alice: Chat) -> None:
    answer = alice.ask("secret", temporary=True).read()
    path = f"conversations/{answer.ids['convGroupId']}"
    assert answer.ids["convGroupId"] not in alice.call("GET", "conversations").text
    assert alice.tree(answer.ids["convGroupId"])["temporary"] is True
    forked = alice.call("POST", f"{path}/fork", json={"convId": answer.id}).json()
    assert forked["temporary"] is True
    assert alice.call("DELETE", path).status_code == 204
    assert alice.call("POST", f"{path}/restore").status_code == 404
    assert alice.call("GET", f"chat/{answer.id}").status_code == 404


def test_texts_and_files_are_told_alike_on_both_databases(alice: Chat) -> None:
    first = alice.ask(prompt(count=4, reasoning=2, usage=True)).read()
    second = alice.ask("and then?", convGroupId=first.ids["convGroupId"]).read()
    alice.call("PUT", f"messages/{second.id}/rating", json={"value": -1, "reason": "no"})
    path = f"conversations/{first.ids['convGroupId']}"
    whole, short = alice.call("GET", path).json(), alice.call("GET", f"{path}?texts=1").json()
    assert short["messages"][-1] == whole["messages"][-1]
    assert short["messages"][-1]["rating"] == {"value": -1, "reason": "no"}
    assert [message.pop("partial") for message in short["messages"][:-1]] == [True] * 3
    assert {message["content"] + message["reasoning"] for message in short["messages"][:-1]} == {""}
    assert whole["messages"][1]["usage"]["prompt_tokens"] == 7
    ids = ",".join(message["convId"] for message in whole["messages"])
    assert alice.call("GET", f"{path}/messages?ids={ids}").json()["messages"] == whole["messages"]
