"""Forking copies a branch with its journal: every cursor of a copy works, and the two know nothing of each other."""

import json
from typing import Any

import pytest

from tests.chat import Answer, Chat, Event
from tests.upstream import Upstream, prompt

RANDOM = "018f3a00-0000-7000-8000-000000000001"


def fork(person: Chat, group: str, leaf: str) -> dict[str, Any]:
    """The new conversation's tree."""
    done = person.call("POST", f"conversations/{group}/fork", json={"convId": leaf})
    assert done.status_code == 201, done.text
    return person.tree(done.json()["convGroupId"])


def told(events: list[Event], ids: dict[str, str]) -> list[tuple[str, str, Any]]:
    """Events with the ids of an original in place of those of its copy."""

    def original(text: str) -> str:
        for new, old in ids.items():
            text = text.replace(new, old)
        return text

    return [(original(e.id), e.event, e.data if e.data == "[DONE]" else json.loads(original(e.data))) for e in events]


def alike(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in ("convId", "parentConvId", "lastEventId")}


def branched(alice: Chat) -> tuple[Answer, Answer, str]:
    """Two turns, and beside the second question another one: the answers and the conversation."""
    first = alice.script(count=5, reasoning=2, usage=True).read()
    group = first.ids["convGroupId"]
    second = alice.ask("and then?", convGroupId=group, parentConvId=first.id).read()
    alice.ask("or else?", convGroupId=group, parentConvId=first.id).read()
    return first, second, group


def test_it_is_the_branch_down_to_the_message_and_nothing_beside_it(alice: Chat) -> None:
    _, second, group = branched(alice)
    tree = fork(alice, group, second.id)
    original = {message["convId"]: message for message in alice.tree(group)["messages"]}
    path = [original[second.id]]
    while path[0]["parentConvId"]:
        path.insert(0, original[path[0]["parentConvId"]])
    assert [alike(message) for message in tree["messages"]] == [alike(message) for message in path]
    copies = [message["convId"] for message in tree["messages"]]
    assert [message["parentConvId"] for message in tree["messages"]] == [None, *copies[:-1]]
    assert not set(copies) & set(original)
    assert (tree["currentNode"], tree["version"], tree["inProgress"]) == (copies[-1], 1, False)


def test_every_cursor_of_the_copy_works(alice: Chat) -> None:
    first, second, group = branched(alice)
    tree = fork(alice, group, second.id)
    copies = [message["convId"] for message in tree["messages"]]
    for answer, copy in ((first, copies[1]), (second, copies[3])):
        ids = {tree["convGroupId"]: group, copy: answer.id}
        ids |= dict(
            zip(copies, [first.ids["parentConvId"], first.id, second.ids["parentConvId"], second.id], strict=True)
        )
        for at, event in enumerate(answer.seen[:-2]):
            again = alice.follow(copy, f"{copy}.{event.seq}").read()
            assert told(again.seen, ids) == told(answer.seen[at + 1 :], {})
        assert told(alice.follow(copy).read().seen, ids) == told(answer.seen, {})


def test_what_is_said_in_one_is_not_in_the_other(alice: Chat, upstream: Upstream) -> None:
    first, _, group = branched(alice)
    tree = fork(alice, group, first.id)
    before = alice.tree(group)
    more = alice.ask("only here", convGroupId=tree["convGroupId"]).read()
    assert more.ids["parentConvId"] not in {message["convId"] for message in before["messages"]}
    assert alice.tree(group) == before
    assert [m["role"] for m in upstream.requests[-1].body["messages"]] == ["user", "assistant", "user"]
    alice.call("DELETE", f"conversations/{group}")
    assert alice.follow(tree["messages"][1]["convId"]).read().content == first.content


def test_an_unfinished_answer_is_continued_in_the_copy_alone(alice: Chat, upstream: Upstream) -> None:
    answer = alice.script(count=6, gate="never", after=3)
    upstream.wait("waiting")
    alice.cancel(answer.id)
    answer.read()
    tree = fork(alice, answer.ids["convGroupId"], answer.id)
    upstream.open("never")
    more = alice.ask(None, convGroupId=tree["convGroupId"], parentConvId=tree["currentNode"]).read()
    assert more.end["status"] == "completed"
    assert more.seen[0].seq == answer.seen[-2].seq + 1
    assert alice.message(answer)["status"] == "cancelled"


def test_what_is_being_written_is_not_forked(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("quick").read()
    group = first.ids["convGroupId"]
    running = alice.ask(prompt(count=6, gate="never", after=3), convGroupId=group)
    refused = alice.call("POST", f"conversations/{group}/fork", json={"convId": running.id})
    assert (refused.status_code, refused.json()["code"]) == (409, 40901)
    assert len(fork(alice, group, running.ids["parentConvId"])["messages"]) == 3
    upstream.open("never")
    running.read()
    assert len(fork(alice, group, running.id)["messages"]) == 4


def test_it_keeps_what_goes_to_the_model_and_its_folder_but_no_pin(alice: Chat) -> None:
    answer = alice.ask("hello").read()
    group = answer.ids["convGroupId"]
    folder = alice.call("POST", "folders", json={"name": f"of {group}"}).json()["id"]
    change = {"system": "Be brief.", "params": {"seed": 4}, "folder": folder, "pinned": True, "title": "Mine"}
    alice.call("PATCH", f"conversations/{group}", json={"version": 1, **change})
    tree = fork(alice, group, answer.id)
    assert {name: tree[name] for name in change} == {**change, "pinned": False}


@pytest.mark.parametrize("body", [{}, {"convId": None}, {"convId": "x"}, {"convId": RANDOM, "title": "x"}, [], "x"])
def test_a_wrong_body_is_told(alice: Chat, body: Any) -> None:
    group = alice.ask("hello").read().ids["convGroupId"]
    refused = alice.call("POST", f"conversations/{group}/fork", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)


def test_only_the_owner_forks_and_only_what_is_there(alice: Chat, bob: Chat, nobody: Chat) -> None:
    answer, other = alice.ask("mine").read(), alice.ask("elsewhere").read()
    group, path = answer.ids["convGroupId"], f"conversations/{answer.ids['convGroupId']}/fork"
    theirs = bob.call("POST", path, json={"convId": answer.id})
    missing = bob.call("POST", f"conversations/{RANDOM}/fork", json={"convId": answer.id})
    assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json()) == (404, theirs.json())
    assert nobody.call("POST", path, json={"convId": answer.id}).status_code == 401
    for leaf in (RANDOM, other.id):
        assert alice.call("POST", path, json={"convId": leaf}).json()["code"] == 40401
    alice.call("DELETE", f"messages/{answer.id}")
    assert alice.call("POST", path, json={"convId": answer.id}).json()["code"] == 40401
    assert len(fork(alice, group, answer.ids["parentConvId"])["messages"]) == 1
