"""Owner, colleague, nobody, and keys of either scope try every endpoint of the room."""

from typing import Any

import pytest

from chatsite.accounts.models import Scope
from chatsite.conversations.models import Folder, Prompt
from tests.conversations.people import RANDOM, Nobody, Person, Program, grow

Call = tuple[str, str, Any]
READS: list[Call] = [
    ("GET", "/conversations", None),
    ("GET", "/conversations?archived=true", None),
    ("GET", "/conversations?folder={folder}", None),
    ("GET", "/conversations/{conversation}?texts=1", None),
    ("GET", "/conversations/{conversation}/messages?ids={answer}", None),
    ("GET", "/folders", None),
    ("GET", "/prompts", None),
]
WRITES: list[Call] = [
    ("PATCH", "/conversations/{conversation}", {"version": 1, "title": "mine"}),
    ("PATCH", "/conversations/{conversation}", {"version": 1, "folder": "{folder}"}),
    ("DELETE", "/conversations/{conversation}", None),
    ("POST", "/conversations/{gone}/restore", None),
    ("POST", "/conversations/{conversation}/fork", {"convId": "{answer}"}),
    ("DELETE", "/messages/{answer}", None),
    ("POST", "/messages/{lost}/restore", None),
    ("PUT", "/messages/{answer}/rating", {"value": 1}),
    ("POST", "/folders", {"name": "new"}),
    ("PATCH", "/folders/{folder}", {"name": "new"}),
    ("DELETE", "/folders/{folder}", None),
    ("POST", "/prompts", {"name": "new", "content": "x"}),
    ("PATCH", "/prompts/{prompt}", {"content": "new"}),
    ("DELETE", "/prompts/{prompt}", None),
]


@pytest.fixture
def ids(alice: Person) -> dict[str, str]:
    """Of all there is of alice's."""
    conversation, gone = alice.conversation(), alice.conversation()
    _, answer = grow(conversation)
    _, lost = grow(conversation)
    alice.api("DELETE", f"/messages/{lost.id}")
    alice.api("DELETE", f"/conversations/{gone.id}")
    conversation.refresh_from_db()
    type(conversation).objects.update(version=1)
    return {
        "conversation": str(conversation.id),
        "gone": str(gone.id),
        "answer": str(answer.id),
        "lost": str(lost.id),
        "folder": str(Folder.objects.create(owner=alice.user, name="work").id),
        "prompt": str(Prompt.objects.create(owner=alice.user, name="polite", content="Please").id),
    }


def tried(who: Person | Program | Nobody, call: Call, ids: dict[str, str]) -> Any:
    method, path, body = call
    filled = {name: value.format(**ids) if isinstance(value, str) else value for name, value in (body or {}).items()}
    return who.api(method, path.format(**ids), filled or None)


@pytest.mark.parametrize("call", READS + WRITES)
def test_the_owner_may(alice: Person, ids: dict[str, str], call: Call) -> None:
    assert tried(alice, call, ids).status_code in (200, 201, 204)


@pytest.mark.parametrize("call", [call for call in READS + WRITES if "{" in call[1]])
def test_what_is_anothers_looks_like_what_is_not_there(
    alice: Person, bob: Person, ids: dict[str, str], call: Call
) -> None:
    theirs, missing = tried(bob, call, ids), tried(bob, call, dict.fromkeys(ids, RANDOM))
    assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json()) == (404, theirs.json())
    assert tried(alice, call, ids).status_code in (200, 201, 204)


@pytest.mark.parametrize("call", [call for call in READS if "{" not in call[1]])
def test_lists_have_nothing_of_anothers(bob: Person, ids: dict[str, str], call: Call) -> None:
    assert not any(value in tried(bob, call, ids).content.decode() for value in ids.values())


@pytest.mark.parametrize("call", READS + WRITES)
def test_who_is_not_signed_in_may_nothing(ids: dict[str, str], call: Call) -> None:
    refused = tried(Nobody(), call, ids)
    assert (refused.status_code, refused.json()["code"]) == (401, 40101)


@pytest.mark.parametrize("call", READS)
def test_a_key_to_read_reads(alice: Person, ids: dict[str, str], call: Call) -> None:
    assert tried(Program(alice, Scope.READ), call, ids).status_code == 200
    assert tried(Program(alice, Scope.CHAT), call, ids).json()["code"] == 40302


@pytest.mark.parametrize("call", WRITES)
def test_a_key_to_chat_writes(alice: Person, ids: dict[str, str], call: Call) -> None:
    assert tried(Program(alice, Scope.READ), call, ids).json()["code"] == 40302
    assert tried(Program(alice, Scope.CHAT), call, ids).status_code in (200, 201, 204)
