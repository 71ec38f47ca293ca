"""POST and GET /api/chat: starting, reading, resuming, the tree. Real HTTP, both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.chat import Answer, Chat
from tests.upstream import Script, Upstream, prompt


def test_an_answer_streams_whole_in_order_and_stays(alice: Chat) -> None:
    script = {"count": 30, "reasoning": 3, "usage": True}
    answer = alice.script(**script).read()
    wanted = Script.parse(script)
    assert answer.content == wanted.content
    assert [event.seq for event in answer.seen[:-1]] == list(range(1, len(answer.seen)))
    assert answer.end["status"] == "completed"
    assert answer.end["usage"]["prompt_tokens"] == 7
    message = alice.message(answer)
    assert (message["content"], message["reasoning"]) == (wanted.content, wanted.reasoning_content)
    assert message["lastEventId"] == answer.seen[-2].id
    assert message["status"] == "completed"


def test_the_stream_says_how_it_must_be_handled(alice: Chat) -> None:
    answer = alice.ask("hi")
    headers = answer.response.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-store, no-transform"
    assert headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in headers
    assert "Content-Length" not in headers
    answer.read()


def test_it_is_resumed_from_every_cursor_exactly(alice: Chat) -> None:
    answer = alice.script(count=12, rate=200).read()
    cursors = [event.id for event in answer.seen]
    for at in range(len(answer.seen) - 2):
        again = alice.follow(answer.id, cursors[at]).read()
        assert again.seen == answer.seen[at + 1 :]
    assert alice.follow(answer.id).read().seen == answer.seen


def test_a_reader_that_left_comes_back_in_mid_stream_to_what_it_missed(alice: Chat, upstream: Upstream) -> None:
    script = {"count": 20, "gate": "go", "after": 5}
    first = alice.script(**script)
    with first:
        while len(first.content) < len("".join(Script.parse(script).deltas[:5])):
            next(iter(first))
    upstream.open("go")
    rest = alice.follow(first.id, first.cursor).read()
    assert first.content + rest.content == Script.parse(script).content
    assert rest.end["status"] == "completed"


def test_two_read_the_same_answer_while_it_is_written(alice: Chat, upstream: Upstream) -> None:
    first = alice.script(count=10, gate="go", after=2)
    second = alice.follow(first.id)
    assert second.ids == first.ids
    upstream.open("go")
    assert first.read().seen == second.read().seen


def test_nothing_after_the_end_is_204_for_get_and_the_ending_again_for_post(alice: Chat) -> None:
    answer = alice.ask("hi").read()
    last = answer.seen[-1].id
    assert alice.call("GET", f"chat/{answer.id}", headers={"Last-Event-ID": last}).status_code == 204
    again = Answer(alice.post({"request": "hi"}, Last_Event_ID=last)).read()
    assert [event.data for event in again.seen] == [event.data for event in answer.seen[-2:]]


def test_a_retried_post_resumes_instead_of_asking_again(alice: Chat, upstream: Upstream) -> None:
    answer = alice.ask("hi").read()
    again = Answer(alice.post({"request": "hi"}, Last_Event_ID=answer.seen[1].id)).read()
    assert again.seen == answer.seen[2:]
    assert len(upstream.requests) == 1


def test_the_same_key_is_the_same_answer_even_a_hundred_times_at_once(alice: Chat, upstream: Upstream) -> None:
    key = uuid4().hex

    def ask(_: int) -> str:
        return alice.ask("once", headers={"Idempotency-Key": key}).read().id

    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(ask, range(100)))
    assert len(ids) == 1
    assert len(upstream.requests) == 1


def test_the_same_key_with_another_body_or_anothers_cursor_is_refused(alice: Chat) -> None:
    key = uuid4().hex
    alice.ask("once", headers={"Idempotency-Key": key}).read()
    other = alice.ask("other").read()
    assert alice.post({"request": "twice"}, Idempotency_Key=key).json()["code"] == 42202
    assert alice.post({"request": "once", "cancelOnDisconnect": True}, Idempotency_Key=key).json()["code"] == 42202
    assert alice.post({"request": "once", "stream": False}, Idempotency_Key=key).status_code == 200
    refused = alice.post({"request": "once"}, Idempotency_Key=key, Last_Event_ID=other.seen[0].id)
    assert (refused.status_code, refused.json()["code"]) == (422, 42202)


def test_a_key_is_its_owners(alice: Chat, bob: Chat) -> None:
    key = uuid4().hex
    mine = alice.ask("once", headers={"Idempotency-Key": key}).read()
    yours = bob.ask("once", headers={"Idempotency-Key": key}).read()
    assert mine.id != yours.id


def test_without_stream_the_whole_answer_is_one_object(alice: Chat) -> None:
    whole = alice.post({"request": prompt(count=3, usage=True), "stream": False}).json()
    assert whole["object"] == "chat.completion"
    assert whole["choices"][0]["message"]["content"] == Script(count=3).content
    assert whole["choices"][0]["finish_reason"] == "stop"
    assert whole["convId"] == whole["id"]


def test_without_stream_a_failure_is_an_error(alice: Chat) -> None:
    failed = alice.post({"request": prompt(status=500), "stream": False})
    assert (failed.status_code, failed.json()["code"]) == (502, 50201)


def test_asked_to_respond_async_it_says_where_to_follow(alice: Chat) -> None:
    accepted = alice.post({"request": "hi"}, Prefer="respond-async")
    ids = accepted.json()
    assert accepted.status_code == 202
    assert accepted.headers["Location"] == f"/api/chat/{ids['convId']}"
    assert alice.follow(ids["convId"]).read().content == "You said: hi"


def test_the_branch_is_what_upstream_is_asked(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one").read()
    second = alice.ask("two", convGroupId=first.ids["convGroupId"]).read()
    assert second.ids["convGroupId"] == first.ids["convGroupId"]
    assert [(m["role"], m["content"]) for m in upstream.requests[-1].body["messages"]] == [
        ("user", "one"),
        ("assistant", "You said: one"),
        ("user", "two"),
    ]


def test_an_edit_is_a_new_branch_and_the_old_one_stays(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one").read()
    edited = alice.ask("uno", convGroupId=first.ids["convGroupId"], parentConvId=None).read()
    tree = alice.tree(first.ids["convGroupId"])
    roots = [message["content"] for message in tree["messages"] if message["parentConvId"] is None]
    assert sorted(roots) == ["one", "uno"]
    assert tree["currentNode"] == edited.id
    assert [m["content"] for m in upstream.requests[-1].body["messages"]] == ["uno"]


def test_regenerating_adds_a_sibling_even_beside_a_running_one(alice: Chat, upstream: Upstream) -> None:
    first = alice.script(count=4, gate="go", after=1)
    place: dict[str, Any] = {"convGroupId": first.ids["convGroupId"], "parentConvId": first.ids["parentConvId"]}
    second = alice.ask(None, **place)
    assert second.ids["parentConvId"] == first.ids["parentConvId"]
    assert second.id != first.id
    upstream.open("go")
    assert first.read().content == second.read().content


def test_continuing_adds_to_the_same_message_and_its_cursors_go_on(alice: Chat, upstream: Upstream) -> None:
    first = alice.script(count=2, end="length").read()
    place: dict[str, Any] = {"convGroupId": first.ids["convGroupId"], "parentConvId": first.id}
    more = alice.ask(None, **place).read()
    assert more.id == first.id
    assert more.seen[0].seq == first.seen[-1].seq + 1
    assert upstream.requests[-1].body["messages"][-1] == {"role": "assistant", "content": first.content}
    whole = alice.follow(first.id).read()
    assert whole.content == first.content + more.content == alice.message(first)["content"]
    assert [event.seq for event in whole.seen[:-1]] == list(range(1, more.seen[-1].seq + 1))


def test_of_two_that_continue_at_once_one_wins(alice: Chat, upstream: Upstream) -> None:
    first = alice.script(count=2, end="eof").read()
    upstream.next({"count": 2, "gate": "go"})
    body = {"request": None, "convGroupId": first.ids["convGroupId"], "parentConvId": first.id}
    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(lambda _: alice.post(body, Prefer="respond-async"), range(8)))
    assert sorted({found.status_code for found in tries}) == [202, 409]
    assert [found.status_code for found in tries].count(202) == 1
    assert {found.json()["code"] for found in tries if found.status_code == 409} == {40901}
    upstream.open("go")


@pytest.mark.parametrize("request_", ["more", None])
def test_nothing_can_follow_an_answer_that_is_still_written(
    alice: Chat, upstream: Upstream, request_: str | None
) -> None:
    first = alice.script(count=2, gate="go", after=1)
    body = {"request": request_, "convGroupId": first.ids["convGroupId"], "parentConvId": first.id}
    refused = alice.post(body)
    assert (refused.status_code, refused.json()["code"]) == (409, 40901)
    upstream.open("go")
    first.read()


def test_a_running_answer_is_listed_without_its_text(alice: Chat, upstream: Upstream) -> None:
    first = alice.script(count=4, gate="go", after=2).until("0")
    message = alice.message(first)
    assert (message["content"], message["lastEventId"], message["status"]) == ("", None, "in_progress")
    assert alice.call("GET", "conversations").json()["conversations"][0]["inProgress"] is True
    upstream.open("go")
    first.read()


def test_surrogates_and_nul_never_reach_a_reader(alice: Chat) -> None:
    script = {"pieces": ["a\0b", "\ud83d", "\ude00", "\ud83d"]}
    answer = alice.script(**script).read()
    assert answer.content == Script.parse(script).content
    assert alice.message(answer)["content"] == answer.content


def test_a_native_eventsource_of_our_own_page_may_start_by_get(alice: Chat, nobody: Chat) -> None:
    ours = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty", "Accept": "text/event-stream"}
    refused = alice.call("GET", "chat", params={"request": "hi"}, headers=ours)  # a key is not a session
    assert refused.json()["code"] == 40301
    assert nobody.call("GET", "chat", params={"request": "hi"}, headers=ours).status_code == 401


BAD: list[tuple[str, Any, int]] = [
    ("not JSON", b"{", 40001),
    ("no JSON number", b'{"request": NaN}', 40001),
    ("deep", b"[" * 100_000, 40001),
    ("half a pair", b'{"request": "\\ud800"}', 40001),
    ("not UTF-8", b'{"request": "\xff"}', 40001),
    ("empty body", b"", 42201),
    ("a list", [], 42201),
    ("empty", {"request": ""}, 42201),
    ("blank", {"request": " \n\u0000"}, 42201),
    ("too long", {"request": "x" * 1_000_000}, 42201),
    ("mistyped", {"request": 5}, 42201),
    ("unknown field", {"request": "x", "temprature": 1}, 42201),
    ("unknown parameter", {"request": "x", "params": {"tools": []}}, 42201),
    ("parameter out of bounds", {"request": "x", "params": {"temperature": 3}}, 42201),
    ("mistyped parameter", {"request": "x", "params": {"temperature": "1"}}, 42201),
    ("unknown model", {"request": "x", "model": "gpt-none"}, 42203),
    ("no id", {"request": "x", "convGroupId": "x"}, 42201),
    ("random conversation", {"request": "x", "convGroupId": "018f3a00-0000-7000-8000-000000000001"}, 40401),
    ("random parent", {"request": "x", "parentConvId": "018f3a00-0000-7000-8000-000000000001"}, 40401),
    ("nothing to answer", {"request": None}, 42204),
    ("nothing at all", {}, 42204),
]


@pytest.mark.parametrize(("body", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_request_is_told_what_is_wrong_and_changes_nothing(
    alice: Chat, upstream: Upstream, body: Any, code: int
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    before = alice.versions()
    refused = alice.call("POST", "chat", data=data, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (code // 100, code), refused.text
    assert refused.json()["msg"]
    assert not upstream.requests
    assert alice.versions() == before


def test_a_body_beyond_the_limit_is_refused(alice: Chat) -> None:
    refused = alice.call("POST", "chat", data=b'{"request":"' + b"x" * 3_000_000 + b'"}')
    assert (refused.status_code, refused.json()["code"]) == (413, 41301)


@pytest.mark.parametrize("bad", ["x", "1", "{id}", "{id}.-1", "{id}.1.5", "{id}.999", "{other}.1", "{id}.99999999999"])
def test_a_cursor_that_is_none_is_refused(alice: Chat, bad: str) -> None:
    answer, other = alice.ask("hi").read(), alice.ask("ho").read()
    cursor = bad.format(id=answer.id, other=other.id)
    refused = alice.call("GET", f"chat/{answer.id}", headers={"Last-Event-ID": cursor})
    assert (refused.status_code, refused.json()["code"]) == (400, 40003)


def test_parents_of_the_wrong_kind_are_refused(alice: Chat) -> None:
    first, elsewhere = alice.ask("one").read(), alice.ask("elsewhere").read()
    group = first.ids["convGroupId"]
    wrong = alice.post({"request": "x", "convGroupId": group, "parentConvId": first.ids["parentConvId"]})
    assert wrong.json()["code"] == 42204
    complete = alice.post({"request": None, "convGroupId": group, "parentConvId": first.id})
    assert complete.json()["code"] == 42204
    foreign = alice.post({"request": "x", "convGroupId": group, "parentConvId": elsewhere.id})
    assert foreign.json()["code"] == 40401


def test_what_is_anothers_is_not_there(alice: Chat, bob: Chat, nobody: Chat) -> None:
    answer = alice.ask("mine").read()
    group, random = answer.ids["convGroupId"], "018f3a00-0000-7000-8000-000000000001"
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "chat/{}", {}),
        ("POST", "chat/{}/cancel", {}),
        ("GET", "chat/{}", {"headers": {"Last-Event-ID": "{}.1"}}),
    ]
    for method, path, how in calls:
        for who in (bob, nobody):
            headers = {name: value.format(answer.id) for name, value in how.get("headers", {}).items()}
            theirs = who.call(method, path.format(answer.id), headers=headers)
            headers = {name: value.format(random) for name, value in how.get("headers", {}).items()}
            missing = who.call(method, path.format(random), headers=headers)
            assert theirs.status_code == (401 if who is nobody else 404)
            assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json())
    for body in (
        {"request": "x", "convGroupId": group},
        {"request": "x", "convGroupId": group, "parentConvId": answer.id},
    ):
        assert bob.post(body).json()["code"] == 40401
    assert bob.post({"request": "x"}, Last_Event_ID=f"{answer.id}.1").json()["code"] == 40401
