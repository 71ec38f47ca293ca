"""Files on their way to the model: real uploads, real requests, both databases."""

import base64
from typing import Any

import pytest

from tests.chat import Answer, Chat
from tests.conversations import hostile
from tests.upstream import Upstream

SEES = "gpt-4o"
RANDOM = "018f3a00-0000-7000-8000-000000000001"


def upload(chat: Chat, data: bytes, name: str = "a file") -> str:
    """The id of an attachment."""
    response = chat.call("POST", "attachments", params={"name": name}, data=data)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def sent(upstream: Upstream) -> list[dict[str, Any]]:
    """The messages of the last request."""
    messages: list[dict[str, Any]] = upstream.requests[-1].body["messages"]
    return messages


def files(chat: Chat, answer: Answer) -> list[list[str]]:
    """Of each message in the tree, the ids of what is attached."""
    messages = chat.tree(answer.ids["convGroupId"])["messages"]
    return [[file["id"] for file in message["attachments"]] for message in messages]


def test_a_picture_goes_along_with_every_question_of_the_branch(alice: Chat, upstream: Upstream) -> None:
    picture = upload(alice, hostile.image())
    first = alice.ask("What is it?", model=SEES, attachments=[picture]).read()
    alice.ask("And now?", convGroupId=first.ids["convGroupId"]).read()
    url = "data:image/png;base64," + base64.b64encode(hostile.image()).decode()
    parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "What is it?"}]
    for record in upstream.requests:
        assert record.body["messages"][0] == {"role": "user", "content": parts}
    assert sent(upstream)[2]["content"] == "And now?"
    assert files(alice, first) == [[picture], [], [], []]


def test_text_of_files_stands_before_the_words(alice: Chat, upstream: Upstream) -> None:
    given = [upload(alice, hostile.pdf(), 'a "report".pdf'), upload(alice, "第二".encode("gb18030"), "b.md")]
    answer = alice.ask("Sum them up", attachments=given).read()
    assert sent(upstream)[0]["content"] == (
        '<file name="a \'report\'.pdf">\nHello from a file\n</file>\n\n<file name="b.md">\n第二\n</file>\n\nSum them up'
    )
    assert files(alice, answer) == [given, []]


def test_an_edited_message_may_keep_its_files(alice: Chat, upstream: Upstream) -> None:
    given = upload(alice, b"words")
    first = alice.ask("one", attachments=[given]).read()
    group = first.ids["convGroupId"]
    alice.ask("two", convGroupId=group, parentConvId=None, attachments=[given]).read()
    assert sent(upstream)[0]["content"].endswith("</file>\n\ntwo")
    assert sorted(files(alice, first)) == [[], [], [given], [given]]


def test_a_model_that_does_not_see_is_told_so_by_nobody_but_us(alice: Chat, upstream: Upstream) -> None:
    picture = upload(alice, hostile.image(), "cat.png")
    before = alice.versions()
    refused = alice.post({"request": "What is it?", "attachments": [picture]})
    assert (refused.status_code, refused.json()["code"]) == (422, 42205)
    assert alice.versions() == before
    assert not upstream.requests
    answer = alice.ask("What is it?", model=SEES, attachments=[picture]).read()
    question, group = answer.ids["parentConvId"], answer.ids["convGroupId"]
    again = alice.post({"request": None, "convGroupId": group, "parentConvId": question, "model": "scripted"})
    assert again.json()["code"] == 42205
    alice.ask("Thanks", convGroupId=group, model="scripted").read()  # further up, it is told what it does not see
    assert "cat.png" in sent(upstream)[0]["content"]
    assert "data:" not in sent(upstream)[0]["content"]


def test_an_answer_about_a_picture_is_continued_by_a_model_that_sees(alice: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "A cat", "end": "close"})
    answer = alice.ask("What is it?", model=SEES, attachments=[upload(alice, hostile.image())]).read()
    more: dict[str, Any] = {"request": None, "convGroupId": answer.ids["convGroupId"], "parentConvId": answer.id}
    before = alice.versions()
    refused = alice.post(more | {"model": "scripted"})
    assert (refused.status_code, refused.json()["code"]) == (422, 42205)
    assert alice.versions() == before
    alice.ask(**more, model=SEES).read()
    assert sent(upstream)[0]["content"][0]["type"] == "image_url"


@pytest.mark.parametrize("wrong", ["unknown", "another's", "too many"])
def test_what_cannot_be_attached_is_refused(alice: Chat, bob: Chat, upstream: Upstream, wrong: str) -> None:
    ids = {
        "unknown": lambda: [RANDOM],
        "another's": lambda: [upload(bob, b"mine"), upload(alice, b"mine")],
        "too many": lambda: [f"{RANDOM[:-2]}{nth:02}" for nth in range(11)],
    }[wrong]()
    before = alice.versions()
    refused = alice.post({"request": "look", "attachments": ids})
    assert (refused.status_code, refused.json()["code"]) == (422, 42206)
    assert alice.versions() == before
    assert not upstream.requests


def test_images_that_are_too_large_together_are_refused(alice: Chat, upstream: Upstream) -> None:
    large = hostile.image() + b"\0" * (14 * 2**20)
    given = [upload(alice, large) for _ in range(3)]
    refused = alice.post({"request": "look", "attachments": given, "model": SEES})
    assert (refused.status_code, refused.json()["code"]) == (422, 42206)
    assert not upstream.requests


def test_texts_that_are_too_long_together_are_refused(alice: Chat, upstream: Upstream) -> None:
    given = [upload(alice, b"x" * 400_000) for _ in range(6)]
    before = alice.versions()
    refused = alice.post({"request": "look", "attachments": given})
    assert (refused.status_code, refused.json()["code"]) == (422, 42206)
    assert alice.versions() == before
    upstream.next({"text": "seen"})
    alice.ask("look", attachments=given[1:]).read()
    assert len(sent(upstream)[0]["content"]) > 2_000_000


def test_files_go_with_a_request_alone(alice: Chat) -> None:
    answer = alice.ask("one").read()
    group, question = answer.ids["convGroupId"], answer.ids["parentConvId"]
    given = [upload(alice, b"words")]
    body = {"request": None, "convGroupId": group, "parentConvId": question, "attachments": given}
    assert alice.post(body).json()["code"] == 42201
    assert alice.post({"request": "x", "attachments": ["no id"]}).json()["code"] == 42201


def test_the_idempotency_key_covers_the_files(alice: Chat) -> None:
    one, other = upload(alice, b"one"), upload(alice, b"other")
    body = {"request": "x", "attachments": [one], "stream": False}
    key = f"files {one}"
    assert (
        alice.post(body, Idempotency_Key=key).json()["convId"] == alice.post(body, Idempotency_Key=key).json()["convId"]
    )
    assert alice.post(body | {"attachments": [other]}, Idempotency_Key=key).json()["code"] == 42202


def test_a_large_file_is_taken_and_a_larger_one_refused_before_it_has_come(alice: Chat) -> None:
    large = hostile.image(size=(1200, 900), kind="PNG") + b"\0" * (3 * 2**20)  # what is behind the end is nobody's
    given = upload(alice, large)
    assert alice.call("GET", f"attachments/{given}").content == large
    refused = alice.call("POST", "attachments", data=b"x" * (20 * 2**20 + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, 41301)
    assert "CHATSITE_ATTACHMENT_BYTES" in refused.json()["msg"]
    elsewhere = alice.call("POST", "attachments/x", data=b"x" * (3 * 2**20))
    assert elsewhere.status_code == 413
