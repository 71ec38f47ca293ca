"""List, open, rename, delete; three people, stale devices, wrong input."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from chatsite.conversations import access
from chatsite.conversations.models import Conversation, Folder, NamedBy, Status
from chatsite.conversations.signals import closing
from tests.conversations.people import RANDOM, Person, grow


def test_the_list_is_newest_first_in_pages_and_ones_own(alice: Person, bob: Person) -> None:
    bob.conversation("not yours")
    titles = [f"number {age}" for age in range(120)]
    for age, title in enumerate(titles):
        alice.conversation(title, age)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = alice.call("GET", f"?cursor={cursor}").json()
        seen += [row["title"] for row in page["conversations"]]
        cursor = page["nextCursor"]
    assert seen == titles


def test_conversations_of_the_same_instant_are_on_one_page_each(alice: Person) -> None:
    now = timezone.now()
    for _ in range(60):
        Conversation.objects.create(owner=alice.user, updated=now)
    first = alice.call("GET", "").json()
    second = alice.call("GET", f"?cursor={first['nextCursor']}").json()
    ids = [row["convGroupId"] for row in first["conversations"] + second["conversations"]]
    assert len(set(ids)) == len(ids) == 60


@pytest.mark.parametrize("cursor", ["x", "1_2", f"nan_{RANDOM}", f"1e300_{RANDOM}", f"{RANDOM}", "_"])
def test_a_cursor_that_is_none_of_ours_is_refused(alice: Person, cursor: str) -> None:
    assert alice.call("GET", f"?cursor={cursor}").json()["code"] == 40003


def test_the_tree_has_every_message_and_where_it_hangs(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert [(m["convId"], m["parentConvId"], m["role"]) for m in tree["messages"]] == [
        (str(asked.id), None, "user"),
        (str(answer.id), str(asked.id), "assistant"),
    ]
    assert tree["messages"][0]["lastEventId"] is None
    assert tree["messages"][1]["lastEventId"] == f"{answer.id}.3"
    assert tree["inProgress"] is False


def test_what_a_running_answer_said_is_in_its_stream_alone(alice: Person) -> None:
    conversation = alice.conversation()
    grow(conversation, Status.IN_PROGRESS)
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert (tree["messages"][1]["content"], tree["messages"][1]["lastEventId"]) == ("", None)
    assert tree["inProgress"] is True


def test_it_is_renamed_and_its_version_rises(alice: Person) -> None:
    conversation = alice.conversation()
    row = alice.call("PATCH", f"/{conversation.id}", {"title": " a new one\u0000 ", "version": 1}).json()
    assert (row["title"], row["version"]) == ("a new one", 2)


def test_a_stale_device_overwrites_nothing(alice: Person) -> None:
    conversation = alice.conversation()
    alice.call("PATCH", f"/{conversation.id}", {"title": "first", "version": 1})
    stale = alice.call("PATCH", f"/{conversation.id}", {"title": "second", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, 40902)
    conversation.refresh_from_db()
    assert conversation.title == "first"


def test_another_branch_is_opened_by_its_leaf(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    row = alice.call("PATCH", f"/{conversation.id}", {"currentNode": str(answer.id), "version": 1}).json()
    assert row["currentNode"] == str(answer.id)
    for wrong in (asked.id, grow(alice.conversation())[1].id, UUID(RANDOM)):
        refused = alice.call("PATCH", f"/{conversation.id}", {"currentNode": str(wrong), "version": 2})
        assert refused.json()["code"] == 42201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": 1},
        {"title": "mine", "version": True},
        {"title": "mine", "version": "1"},
        {"title": "x"},
        {"title": "", "version": 1},
        {"title": "\u0000", "version": 1},
        {"title": "x" * 201, "version": 1},
        {"title": "x", "version": "1.5"},
        {"title": "x", "version": -1},
        {"title": "x", "version": 1, "owner": 2},
        {"title": 7, "version": 1},
        {"currentNode": "x", "version": 1},
        {"pinned": "true", "version": 1},
        {"archived": 1, "version": 1},
        {"folder": "", "version": 1},
        {"system": "x" * 20_001, "version": 1},
        {"params": {"temperature": 3}, "version": 1},
        {"params": {"temperature": "1"}, "version": 1},
        {"params": {"stop": "\0"}, "version": 1},
        {"params": {"model": "x"}, "version": 1},
        {"title": "mine", "pinned": 1, "version": 1},
        [],
    ],
)
def test_a_wrong_change_is_told_and_changes_nothing(alice: Person, body: Any) -> None:
    conversation = alice.conversation()
    refused = alice.call("PATCH", f"/{conversation.id}", body)
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)
    conversation.refresh_from_db()
    assert (conversation.title, conversation.version) == ("a title", 1)


def test_the_plain_list_has_what_lies_nowhere_else(alice: Person) -> None:
    folder = Folder.objects.create(owner=alice.user, name="work")
    alice.conversation("plain")
    alice.conversation("put away", folder=folder)
    alice.conversation("old", archived=True)
    alice.conversation("old in a folder", archived=True, folder=folder)
    alice.conversation("pinned", pinned=True)
    alice.conversation("pinned in a folder", pinned=True, folder=folder)
    alice.conversation("secret", temporary=True)
    alice.conversation("gone", deleted=timezone.now())
    plain, archived = alice.call("GET", "").json(), alice.call("GET", "?archived=true").json()
    inside = alice.call("GET", f"?folder={folder.id}").json()
    assert titles(plain["conversations"]) == {"plain"}
    assert titles(plain["pinned"]) == {"pinned", "pinned in a folder"}
    assert titles(archived["conversations"]) == {"old", "old in a folder"}
    assert titles(inside["conversations"]) == {"put away", "pinned in a folder"}
    assert archived["pinned"] == inside["pinned"] == []


def titles(rows: list[dict[str, Any]]) -> set[str]:
    return {row["title"] for row in rows}


def test_the_pinned_ones_come_with_the_first_page_alone(alice: Person) -> None:
    alice.conversation("pinned", 1000, pinned=True)
    for age in range(51):
        alice.conversation(age=age)
    first = alice.call("GET", "").json()
    second = alice.call("GET", f"?cursor={first['nextCursor']}").json()
    assert titles(first["pinned"]) == {"pinned"}
    assert (len(second["conversations"]), second["pinned"]) == (1, [])


def test_which_answers_run_is_told_by_an_index_and_not_by_reading_all_texts(alice: Person) -> None:
    grow(alice.conversation())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table is empty: it would be read as a whole
    plan = access.listed(alice.user.id).explain()
    assert "message_running" in plan


def test_a_list_of_a_folder_that_is_not_ones_own_is_not_there(alice: Person, bob: Person) -> None:
    theirs = Folder.objects.create(owner=bob.user, name="work")
    for folder in (theirs.id, RANDOM):
        assert alice.call("GET", f"?folder={folder}").json()["code"] == 40401
    assert alice.call("GET", "?folder=x").json()["code"] == 42201


def test_every_field_is_changed_and_told(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation)
    folder = Folder.objects.create(owner=alice.user, name="work")
    change = {
        "title": "new",
        "currentNode": str(answer.id),
        "pinned": True,
        "archived": False,
        "folder": str(folder.id),
        "system": "Be brief.",
        "params": {"temperature": 0.5, "stop": ["\n"]},
    }
    row = alice.call("PATCH", f"/{conversation.id}", {"version": 1, **change}).json()
    assert {name: row[name] for name in change} == change
    assert (row["version"], row["inProgress"]) == (2, False)
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert {name: tree[name] for name in row} == row
    conversation.refresh_from_db()
    assert conversation.named_by == NamedBy.USER


def test_what_is_not_sent_stays_and_null_empties_the_folder_alone(alice: Person) -> None:
    folder = Folder.objects.create(owner=alice.user, name="work")
    conversation = alice.conversation(folder=folder, pinned=True, system="Be brief.", params={"seed": 1})
    nothing = {"title": None, "pinned": None, "system": None, "params": None}
    row = alice.call("PATCH", f"/{conversation.id}", {"version": 1, "folder": None, **nothing}).json()
    kept = {"title": "a title", "pinned": True, "system": "Be brief.", "params": {"seed": 1}, "folder": None}
    assert {name: row[name] for name in kept} == kept
    emptied = alice.call("PATCH", f"/{conversation.id}", {"version": 2, "system": "", "params": {}}).json()
    assert (emptied["system"], emptied["params"]) == ("", {})
    conversation.refresh_from_db()
    assert conversation.named_by == NamedBy.REQUEST


def test_archiving_unpins(alice: Person) -> None:
    conversation = alice.conversation(pinned=True)
    row = alice.call("PATCH", f"/{conversation.id}", {"version": 1, "archived": True}).json()
    assert (row["archived"], row["pinned"]) == (True, False)
    refused = alice.call("PATCH", f"/{conversation.id}", {"version": 2, "pinned": True})
    assert refused.json() == {"code": 42201, "msg": "pinned: take it out of the archive first"}
    row = alice.call("PATCH", f"/{conversation.id}", {"version": 2, "archived": False, "pinned": True}).json()
    assert (row["archived"], row["pinned"]) == (False, True)


def test_two_hundred_are_pinned_at_the_most(alice: Person) -> None:
    one, other = alice.conversation(), alice.conversation()
    pinned = [Conversation(owner=alice.user, pinned=True, updated=timezone.now()) for _ in range(199)]
    Conversation.objects.bulk_create(pinned)
    assert alice.call("PATCH", f"/{one.id}", {"version": 1, "pinned": True}).status_code == 200
    assert alice.call("PATCH", f"/{one.id}", {"version": 2, "pinned": True}).status_code == 200  # it is already
    refused = alice.call("PATCH", f"/{other.id}", {"version": 1, "pinned": True})
    assert (refused.status_code, "unpin one first" in refused.json()["msg"]) == (422, True)


def test_a_pinned_one_that_comes_back_as_one_too_many_is_listed(alice: Person) -> None:
    oldest, other = alice.conversation(age=1, pinned=True), alice.conversation()
    pinned = [Conversation(owner=alice.user, pinned=True, updated=timezone.now()) for _ in range(199)]
    Conversation.objects.bulk_create(pinned)
    alice.call("DELETE", f"/{oldest.id}")
    assert alice.call("PATCH", f"/{other.id}", {"version": 1, "pinned": True}).status_code == 200
    assert alice.call("POST", f"/{oldest.id}/restore").status_code == 200
    listed = alice.call("GET", "").json()["pinned"]
    assert (len(listed), listed[-1]["convGroupId"]) == (201, str(oldest.id))


@pytest.mark.parametrize("change", [{"pinned": True}, {"archived": True}, {"folder": None}])
def test_a_temporary_chat_is_put_into_no_list(alice: Person, change: dict[str, Any]) -> None:
    conversation = alice.conversation(temporary=True)
    refused = alice.call("PATCH", f"/{conversation.id}", {"version": 1, **change})
    assert (refused.status_code, "temporary" in refused.json()["msg"]) == (422, True)
    assert alice.call("PATCH", f"/{conversation.id}", {"version": 1, "title": "renamed"}).status_code == 200


def test_anothers_folder_is_as_good_as_none(alice: Person, bob: Person) -> None:
    conversation, theirs = alice.conversation(), Folder.objects.create(owner=bob.user, name="work")
    for folder in (str(theirs.id), RANDOM):
        refused = alice.call("PATCH", f"/{conversation.id}", {"version": 1, "folder": folder})
        assert refused.json() == {"code": 42201, "msg": "folder: you have no such folder"}


def test_a_system_prompt_loses_its_nuls_as_postgresql_takes_none(alice: Person) -> None:
    conversation = alice.conversation()
    row = alice.call("PATCH", f"/{conversation.id}", {"version": 1, "system": "Be\0 brief.\n"}).json()
    assert row["system"] == "Be brief.\n"


def test_deleting_tells_who_still_writes_and_leaves_nothing_in_sight(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation, Status.IN_PROGRESS)
    told: list[UUID] = []

    def tell(message_ids: list[UUID], **_: Any) -> None:
        told.extend(message_ids)

    closing.connect(tell)
    try:
        assert alice.call("DELETE", f"/{conversation.id}").status_code == 204
    finally:
        closing.disconnect(tell)
    assert told == [answer.id]
    assert alice.call("GET", "").json()["conversations"] == []
    assert alice.call("DELETE", f"/{conversation.id}").status_code == 404


def test_what_is_anothers_is_not_there(alice: Person, bob: Person) -> None:
    conversation = alice.conversation()
    for method, body in (("GET", None), ("PATCH", {"title": "mine", "version": 1}), ("DELETE", None)):
        theirs = bob.call(method, f"/{conversation.id}", body)
        missing = bob.call(method, f"/{uuid7()}", body)
        assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json()) == (404, theirs.json())
        assert Client().generic(method, f"/api/conversations/{conversation.id}").status_code == 401
    conversation.refresh_from_db()
    assert conversation.title == "a title"
