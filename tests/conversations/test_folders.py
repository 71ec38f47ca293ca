"""Folders and prompts: made, named, changed, deleted."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from chatsite.conversations import folders, prompts
from chatsite.conversations.models import Conversation, Folder, Prompt
from tests.conversations.people import Person


def made(person: Person, name: str) -> dict[str, Any]:
    response = person.api("POST", "/folders", {"name": name})
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def test_folders_are_listed_by_name_with_what_is_in_them(alice: Person, bob: Person) -> None:
    work, home = made(alice, "Work"), made(alice, "Home 家")
    made(bob, "Work")
    alice.conversation(folder_id=work["id"])
    alice.conversation(folder_id=work["id"], pinned=True)
    alice.conversation(folder_id=work["id"], archived=True)
    alice.conversation(folder_id=work["id"], deleted=timezone.now())
    assert alice.api("GET", "/folders").json() == {"folders": [home, work | {"count": 2}]}
    assert (home["count"], home["name"]) == (0, "Home 家")


def test_a_folder_is_renamed_also_to_what_it_is_called(alice: Person) -> None:
    folder = made(alice, "Work")
    alice.conversation(folder_id=folder["id"])
    for name in ("Work", "Play"):
        renamed = alice.api("PATCH", f"/folders/{folder['id']}", {"name": f" {name} "})
        assert renamed.json() == folder | {"name": name, "count": 1}


def test_two_of_a_name_are_refused_in_words(alice: Person) -> None:
    made(alice, "Work")
    other = made(alice, "Play")
    refused = [
        alice.api("POST", "/folders", {"name": "Work "}),
        alice.api("PATCH", f"/folders/{other['id']}", {"name": "Work"}),
    ]
    told = {"code": 42201, "msg": "name: you have a folder of this name"}
    assert [response.json() for response in refused] == [told, told]


def test_what_was_in_a_deleted_folder_is_in_the_list(alice: Person) -> None:
    folder = made(alice, "Work")
    alice.conversation("mine", folder_id=folder["id"])
    assert alice.api("DELETE", f"/folders/{folder['id']}").status_code == 204
    rows = alice.call("GET", "").json()["conversations"]
    assert [(row["title"], row["folder"]) for row in rows] == [("mine", None)]
    assert alice.api("DELETE", f"/folders/{folder['id']}").status_code == 404


WRONG_NAMES = ["", "  ", "x" * 61, "two\nlines", "a\0b", "tab\there", "a\u2028b", 7, None]


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_wrong_name_is_told(alice: Person, name: Any) -> None:
    for path, body in (("/folders", {"name": name}), ("/prompts", {"name": name, "content": "x"})):
        refused = alice.api("POST", path, body)
        assert (refused.status_code, refused.json()["code"]) == (422, 42201)
        assert refused.json()["msg"].startswith("name: ")
    assert not Folder.objects.exists()
    assert not Prompt.objects.exists()


def test_names_are_told_what_is_wrong_with_them(alice: Person) -> None:
    told = [alice.api("POST", "/folders", {"name": name}).json()["msg"] for name in ("", "a\nb")]
    assert told == ["name: write something first", "name: must be one line of text"]


def test_there_are_so_many_at_the_most(alice: Person) -> None:
    Folder.objects.bulk_create(Folder(owner=alice.user, name=f"{n}") for n in range(folders.MOST))
    Prompt.objects.bulk_create(Prompt(owner=alice.user, name=f"{n}", content="x") for n in range(prompts.MOST))
    for path, body in (("/folders", {"name": "one more"}), ("/prompts", {"name": "one more", "content": "x"})):
        refused = alice.api("POST", path, body)
        assert (refused.status_code, "delete one first" in refused.json()["msg"]) == (422, True)
    assert len(alice.api("GET", "/folders").json()["folders"]) == folders.MOST
    assert len(alice.api("GET", "/prompts").json()["prompts"]) == prompts.MOST


def test_a_prompt_is_saved_changed_and_forgotten(alice: Person, bob: Person) -> None:
    saved = alice.api("POST", "/prompts", {"name": "polite", "content": "Dear\0 all,\n\n"})
    assert saved.status_code == 201
    prompt = saved.json()
    assert (prompt["name"], prompt["content"]) == ("polite", "Dear all,\n\n")
    renamed = alice.api("PATCH", f"/prompts/{prompt['id']}", {"name": "礼貌"}).json()
    assert (renamed["name"], renamed["content"]) == ("礼貌", prompt["content"])
    changed = alice.api("PATCH", f"/prompts/{prompt['id']}", {"content": "Hi"}).json()
    assert (changed["name"], changed["content"]) == ("礼貌", "Hi")
    assert alice.api("GET", "/prompts").json() == {"prompts": [changed]}
    assert bob.api("GET", "/prompts").json() == {"prompts": []}
    assert alice.api("DELETE", f"/prompts/{prompt['id']}").status_code == 204
    assert alice.api("GET", "/prompts").json() == {"prompts": []}


def test_two_prompts_of_a_name_are_refused_in_words(alice: Person) -> None:
    for name in ("one", "two"):
        alice.api("POST", "/prompts", {"name": name, "content": "x"})
    two = Prompt.objects.get(name="two")
    for refused in (
        alice.api("POST", "/prompts", {"name": "one", "content": "x"}),
        alice.api("PATCH", f"/prompts/{two.id}", {"name": "one"}),
    ):
        assert refused.json() == {"code": 42201, "msg": "name: you have a prompt of this name"}


@pytest.mark.parametrize("content", ["", "\0", "x" * 50_001, None, 7])
def test_a_wrong_text_is_told(alice: Person, content: Any) -> None:
    refused = alice.api("POST", "/prompts", {"name": "x", "content": content})
    assert (refused.status_code, refused.json()["msg"].startswith("content: ")) == (422, True)


def test_prompts_have_so_many_characters_in_all_at_the_most(alice: Person, bob: Person) -> None:
    longest = "词" * 50_000
    full = [Prompt(owner=alice.user, name=f"{n}", content=longest) for n in range(prompts.CHARACTERS // len(longest))]
    Prompt.objects.bulk_create(full)
    short = f"/prompts/{full[0].id}"
    assert alice.api("PATCH", short, {"content": longest[2:]}).status_code == 200
    told = "content: your prompts may have 1,000,000 characters in all; shorten or delete some."
    assert alice.api("POST", "/prompts", {"name": "more", "content": "xxx"}).json() == {"code": 42201, "msg": told}
    assert alice.api("POST", "/prompts", {"name": "more", "content": "xx"}).status_code == 201
    assert alice.api("PATCH", short, {"content": longest[1:]}).json() == {"code": 42201, "msg": told}
    assert alice.api("PATCH", short, {"name": "renamed"}).status_code == 200
    assert bob.api("POST", "/prompts", {"name": "more", "content": "xxx"}).status_code == 201


def test_a_folder_is_held_before_what_is_moved_there(alice: Person) -> None:
    """As who deletes it does: in two orders each could wait for the other for ever."""
    folder, conversation = made(alice, "Work"), alice.conversation()
    asked: list[type[Model]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = re.match(r'\s*SELECT .*? FROM "?(\w+)', sql, re.DOTALL)
        asked.extend(model for model in (Folder, Conversation) if found and found[1] == model._meta.db_table)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert alice.call("PATCH", f"/{conversation.id}", {"version": 1, "folder": folder["id"]}).status_code == 200
    assert asked[:2] == [Folder, Conversation]


@pytest.mark.parametrize("path", ["/folders", "/prompts"])
def test_what_is_deleted_while_it_is_changed_stays_deleted(alice: Person, path: str) -> None:
    body = {"name": "one"} if path == "/folders" else {"name": "one", "content": "x"}
    made = alice.api("POST", path, body).json()

    model = Folder if path == "/folders" else Prompt

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(f'UPDATE "{model._meta.db_table}"'):
            model._default_manager.filter(id=made["id"]).delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        assert alice.api("PATCH", f"{path}/{made['id']}", {"name": "other"}).status_code == 404
    assert list(alice.api("GET", path).json().values()) == [[]]
