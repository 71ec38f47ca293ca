"""GET /api/conversations?q=: three people, fresh and stale rows, pages, and the index that follows the rows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatsite.accounts.models import User
from chatsite.conversations import search, search_index, search_table
from chatsite.conversations.models import Conversation, Message, Role, Status
from chatsite.conversations.search_query import parse
from chatsite.conversations.search_words import fold

pytestmark = pytest.mark.django_db
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING_DUE = search.Due([], [], more=False)


class Person:
    """Somebody signed in who looks for something."""

    def __init__(self, name: str) -> None:
        self.user = User.objects.create_user(f"{name}@example.org")
        self.client = Client()
        self.client.force_login(self.user)

    def get(self, q: str, cursor: str = "") -> Any:
        """The response as it is."""
        return self.client.get(f"/api/conversations?q={quote(q)}&cursor={cursor}")

    def pages(self, q: str) -> Iterator[list[dict[str, Any]]]:
        cursor = ""
        while cursor is not None:
            page = self.get(q, cursor).json()
            yield page["hits"]
            cursor = page["nextCursor"]

    def finds(self, q: str) -> list[str]:
        """The texts of all hits: snippets put together."""
        return ["".join(piece["text"] for piece in hit["snippet"]) for page in self.pages(q) for hit in page]

    def conversation(self, title: str = "", **fields: Any) -> Conversation:
        return Conversation.objects.create(owner=self.user, title=title, updated=timezone.now(), **fields)

    def says(self, *texts: str, conversation: Conversation | None = None) -> list[Message]:
        """Messages, each a second younger than the one before."""
        conversation = conversation or self.conversation()
        found = []
        for age, text in enumerate(texts):
            message = Message.objects.create(conversation=conversation, role=Role.USER, content=text)
            message.created = EPOCH + timedelta(seconds=age)
            message.save(update_fields=["created"])
            found.append(message)
        return found


@pytest.fixture
def alice() -> Person:
    return Person("alice")


@pytest.fixture(params=["due", "indexed"])
def seen(request: pytest.FixtureRequest) -> Any:
    """Call it when all is written: a test with it runs before, and again after the index has seen the rows."""
    return index_all if request.param == "indexed" else lambda: None


def index_all() -> None:
    while search_index.index(search_index.BATCH):
        pass


def documents() -> list[int]:
    return search_table.behind(0, 1000)


def test_hits_are_newest_first_with_message_title_and_marked_words(alice: Person, seen: Any) -> None:
    conversation = alice.conversation("旅行计划", archived=True)
    first, _, last = alice.says("东京的天气", "nothing of it", "去东京", conversation=conversation)
    seen()
    hits = alice.get("东京").json()["hits"]
    assert [hit["convId"] for hit in hits] == [str(last.id), str(first.id)]
    assert hits[0] == {
        "convGroupId": str(conversation.id),
        "title": "旅行计划",
        "convId": str(last.id),
        "role": "user",
        "snippet": [{"text": "去", "hit": False}, {"text": "东京", "hit": True}],
        "archived": True,
        "created": "2026-01-01T00:00:02Z",
    }


def test_titles_are_found_and_what_they_were_before_is_not(alice: Person, seen: Any) -> None:
    conversation = alice.conversation("Holidays")
    seen()
    assert [(hit["convId"], hit["role"]) for hit in alice.get("holi").json()["hits"]] == [(None, None)]
    path = f"/api/conversations/{conversation.id}"
    body = json.dumps({"title": "假期", "version": 1})
    assert alice.client.generic("PATCH", path, body, "application/json").status_code == 200
    assert (alice.finds("假"), alice.finds("holi")) == (["假期"], [])
    seen()
    assert (alice.finds("假"), alice.finds("holi")) == (["假期"], [])


def test_what_is_anothers_deleted_or_temporary_is_not_found(alice: Person, seen: Any) -> None:
    bob = Person("bob")
    bob.says("秘密 secret")
    bob.conversation("秘密 secret")
    now = timezone.now()
    alice.says("秘密 secret", conversation=alice.conversation("秘密 secret", temporary=True))
    alice.says("秘密 secret", conversation=alice.conversation("秘密 secret", deleted=now))
    gone, kept = alice.says("秘密 secret 1", "秘密 secret 2")
    seen()
    Message.objects.filter(id=gone.id).update(deleted=now)
    assert alice.finds("秘密") == alice.finds("secret") == ["秘密 secret 2"]
    Message.objects.filter(id=kept.id).update(deleted=now)
    Message.objects.filter(id=gone.id).update(deleted=None)
    assert alice.finds("秘密") == ["秘密 secret 1"]
    assert Client().get("/api/conversations?q=secret").status_code == 401


def test_owners_whom_the_index_takes_for_one_find_only_what_is_theirs(alice: Person) -> None:
    key = alice.user.id.hex[-8:]
    twin = User.objects.create_user("twin@example.org", id=UUID(f"{uuid4().hex[:24]}{key}"))
    theirs = Conversation.objects.create(owner=twin, title="twin 秘密", updated=timezone.now())
    Message.objects.create(conversation=theirs, role=Role.USER, content="twin 秘密")
    alice.says("mine 秘密", conversation=alice.conversation("mine"))
    index_all()
    assert alice.finds("秘密") == ["mine 秘密"]
    assert alice.finds("twin") == []


def test_what_is_deleted_is_found_by_nobody_and_again_once_it_is_restored(alice: Person, seen: Any) -> None:
    conversation = alice.conversation("秘密")
    question, answer = alice.says("秘密 one", "秘密 two", conversation=conversation)
    Message.objects.filter(id=answer.id).update(parent=question)
    seen()
    for path, back in ((f"messages/{question.id}", 1), (f"conversations/{conversation.id}", 0)):
        assert alice.client.delete(f"/api/{path}").status_code in (200, 204)
        assert len(alice.finds("秘密")) == back  # the title of a conversation whose messages are gone
        assert alice.client.post(f"/api/{path}/restore").status_code == 200
        assert len(alice.finds("秘密")) == 3


def test_what_was_purged_or_went_with_its_owner_leaves_no_hit(alice: Person) -> None:
    bob = Person("bob")
    for person in (alice, bob):
        person.says("秘密", conversation=person.conversation("秘密"))
    index_all()
    Conversation.objects.filter(owner=alice.user).delete()
    bob.user.delete()
    assert len(documents()) == 4  # not swept yet
    assert alice.finds("秘密") == []


def test_what_a_continued_answer_says_in_the_end_is_found(alice: Person, seen: Any) -> None:
    (message,) = alice.says("你好")
    seen()
    answer = Message.objects.filter(id=message.id)
    answer.update(status=Status.IN_PROGRESS)
    assert alice.finds("你好") == ["你好"]
    answer.update(status=Status.COMPLETED, content="你好，世界", last_seq=7)
    assert alice.finds("世界") == ["你好，世界"]
    seen()
    assert alice.finds("世界") == alice.finds("你好") == ["你好，世界"]


def test_pages_go_on_to_the_last_hit_each_once(alice: Person, seen: Any) -> None:
    alice.says(*(f"第{n}章" if n % 2 else f"chapter {n}" for n in range(110)))
    seen()
    assert [len(page) for page in alice.pages("章")] == [20, 20, 15]
    assert alice.finds("章") == [f"第{n}章" for n in range(109, 0, -2)]
    assert alice.finds("chap") == [f"chapter {n}" for n in range(108, -1, -2)]


def test_a_full_page_takes_no_more_queries_than_one_hit(
    alice: Person, seen: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(21):
        alice.says("many" if n else "many and one", conversation=alice.conversation(f"{n}"))
    seen()
    for query in ("one", "many"):
        with django_assert_max_num_queries(6):
            search.page(alice.user.id, query, "")


def test_exactly_one_full_page_has_no_next_one(alice: Person, seen: Any) -> None:
    alice.says(*["整页"] * 20)
    seen()
    assert alice.get("整页").json()["nextCursor"] is None


@pytest.mark.parametrize(("limit", "value"), [("LOOKED", 7), ("READ", 20)])
def test_who_looks_at_too_much_for_a_page_goes_on_with_the_next(
    alice: Person, seen: Any, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(search, limit, value)
    alice.says("a b", *["b a"] * 30)
    seen()
    assert alice.finds('"a b"') == ["a b"]


def test_what_is_due_of_others_hides_nothing(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "DUE", 3)
    alice.says("mine 秘密", conversation=alice.conversation("also mine 秘密"))
    bob = Person("bob")
    for _ in range(4):
        bob.says("another's", conversation=bob.conversation("another's"))
    assert (alice.finds("秘密"), alice.get("秘密").json()["indexing"]) == (["also mine 秘密", "mine 秘密"], False)


def test_a_page_tells_that_more_is_due_than_it_looks_at(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "DUE", 3)
    alice.says(*(f"第{n}章" for n in range(4)))
    assert (alice.finds("章"), alice.get("章").json()["indexing"]) == (["第3章", "第2章", "第1章"], True)
    search_index.index(1)
    assert (alice.finds("章"), alice.get("章").json()["indexing"]) == ([f"第{n}章" for n in (3, 2, 1, 0)], False)


def test_of_texts_that_are_due_no_more_are_fetched_than_are_looked_at(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "READ", 100)
    alice.says(*["长文" * 30] * (3 * search.PAGE))
    fetched: list[int] = []
    messages = search._messages

    def counted(user_id: UUID, **which: Any) -> list[search.Found]:
        found = messages(user_id, **which)
        fetched.append(len(found))
        return found

    monkeypatch.setattr(search, "_messages", counted)
    assert search.page(alice.user.id, "文", "")["nextCursor"]
    assert sum(fetched) == search.PAGE


def test_what_is_due_of_a_user_is_found_by_its_index(alice: Person) -> None:
    if connection.vendor == "sqlite":
        assert "message_due" in search_index.due_messages(alice.user.id).values("id")[: search.DUE].explain()
    else:  # whose way depends on what is in the tables
        with connection.cursor() as cursor:
            assert "message_due" in connection.introspection.get_constraints(cursor, Message._meta.db_table)


def test_messages_of_the_same_instant_are_all_found(alice: Person) -> None:
    alice.says(*["同时"] * 50)
    Message.objects.update(created=EPOCH)
    index_all()
    assert len(alice.finds("同时")) == len(documents()) == 50


@pytest.mark.parametrize(
    "query",
    ['"', '" OR "', "a AND", "NEAR(", "keys:x", "-", "*", "a*", "^a", "'", "\\", "&|!", "x:*", "\0", "%", "…", "a;--"],
)
def test_the_databases_own_signs_mean_nothing(alice: Person, query: str) -> None:
    alice.says("something else")
    index_all()
    response = alice.get(query)
    assert (response.status_code, response.json()["hits"]) == (200, [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(st.sampled_from("数据 ab\"'*():-\\&|!{}^…\0"), max_size=60))
def test_no_input_fails(alice: Person, query: str) -> None:
    user_id = alice.user.id
    page = search.page(user_id, query, "")
    assert page["hits"] == []


BYTES = st.binary(max_size=60) | st.text(max_size=220).map(lambda text: text.encode("utf-8", "surrogatepass"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(BYTES, BYTES)
def test_any_bytes_of_a_url_are_answered_or_refused(alice: Person, query: bytes, cursor: bytes) -> None:
    response = alice.client.get(f"/api/conversations?q={quote(query)}&cursor={quote(cursor)}")
    assert response.status_code in (200, 400, 422)
    assert response.json().keys() in (
        {"hits", "nextCursor", "indexing"},
        {"pinned", "conversations", "nextCursor"},
        {"code", "msg"},
    )


@pytest.mark.parametrize(
    "text", ["\0", "a\0b 数\0据", "\ufffe\uffff", "\udcff", "\U0010ffff", "'; DROP TABLE x; --", '"*"']
)
def test_odd_characters_are_stored_and_looked_for_without_harm(alice: Person, text: str) -> None:
    storable = text.replace("\0", "").encode("utf-8", "replace").decode()
    alice.says(f"{storable} 标记")
    index_all()
    response = alice.client.get(f"/api/conversations?q={quote(text.encode('utf-8', 'surrogatepass'))}")
    assert response.status_code == 200
    assert len(alice.finds("标记")) == 1


@pytest.mark.parametrize("query", ["a" * 201, "a " * 31, "数" * 10_000])
def test_a_query_that_is_too_long_is_refused(alice: Person, query: str) -> None:
    refused = alice.get(query)
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30, "１"])
def test_a_cursor_that_is_none_of_ours_is_refused(alice: Person, cursor: str) -> None:
    assert alice.get("a", cursor).json()["code"] == 40003


TEXTS = st.lists(st.text(st.sampled_from("数据库的是，。 ab Ab1_é"), max_size=30), max_size=8)
QUERIES = st.text(st.sampled_from('数据库的是， ab"é'), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(TEXTS, st.lists(QUERIES, min_size=3, max_size=3))
def test_hits_are_those_of_a_search_through_all_texts(alice: Person, texts: list[str], queries: list[str]) -> None:
    Message.objects.all().delete()
    said = alice.says(*texts)
    index_all()
    for query in map(parse, queries):
        hits = [
            found.key
            for found in search._candidates(alice.user.id, query, 2**63 - 1, NOTHING_DUE)
            if query.matches(fold(found.text))
        ]
        expected = [message.id for message in reversed(said) if query.patterns and query.matches(fold(message.content))]
        assert hits == expected


def test_a_long_text_is_found_by_its_words_and_is_no_burden(alice: Person) -> None:
    everything = "".join(map(chr, range(0x4E00, 0x9FFF))) * 9 + " needle"
    alice.says(
        everything,
        "".join(f"{a}{b} " for a in map(chr, range(0x12000, 0x120FF)) for b in map(chr, range(0x12000, 0x120FF))),
    )
    index_all()
    assert len(alice.finds("needle")) == len(alice.finds("一丁丂")) == 1


def test_nothing_of_temporary_conversations_is_indexed_and_nothing_is_due_twice(alice: Person) -> None:
    alice.says("a", conversation=alice.conversation("b", temporary=True))
    assert search_index.index(50) == 2
    assert (search_index.index(50), documents()) == (0, [])


def test_long_texts_are_indexed_few_at_a_time_as_answers_wait_for_it(alice: Person) -> None:
    alice.says(*["word " * (search_index.ENOUGH // 10)] * 5)
    assert [search_index.index(50) for _ in range(4)] == [2, 2, 1, 0]
    assert len(alice.finds("word")) == 5


def test_what_changed_while_it_was_split_stays_due(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = alice.says("before")

    def late(folded: str) -> set[str]:
        Message.objects.filter(id=message.id).update(content="after", last_seq=9)
        return {"before"}

    with monkeypatch.context() as patch:
        patch.setattr(search_index, "keys", late)
        search_index.index(50)
    assert documents() == []
    index_all()
    assert len(documents()) == 1
    assert alice.finds("after") == ["after"]


def test_documents_that_no_row_has_any_more_are_swept(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, changed, _ = alice.says("one", "two", "three")
    index_all()
    gone.delete()
    Message.objects.filter(id=changed.id).update(content="new", last_seq=3)
    index_all()
    assert len(documents()) == 4
    monkeypatch.setattr(search_index, "_swept", 0)
    for _ in range(4):
        search_index.sweep(2)
    assert len(documents()) == 2
    assert alice.finds("new") == ["new"]
    assert alice.finds("three") == ["three"]
