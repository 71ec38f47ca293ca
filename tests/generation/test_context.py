"""Which files of a long branch go along, and when they are read."""

from unittest.mock import Mock

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from chatsite.accounts.models import User
from chatsite.conversations.models import Attachment, Conversation, Message, Role
from chatsite.errors import ApiError
from chatsite.generation import context, start
from chatsite.providers.models import Target

pytestmark = pytest.mark.django_db
SIZE = context.PICTURES // 3
SEES, BLIND = (Target(name, name, "", "") for name in ("gpt-4o", "gpt-3.5-turbo"))


@pytest.fixture
def conversation() -> Conversation:
    owner = User.objects.create_user("alice@example.org")
    return Conversation.objects.create(owner=owner, updated=timezone.now())


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of every picture."""
    monkeypatch.setattr("chatsite.conversations.files.read", lambda _: b"bytes")


def _asks(conversation: Conversation, name: str, parent: Message | None, text: str = "") -> Message:
    asked = Message.objects.create(conversation=conversation, parent=parent, role=Role.USER, content=f"see {name}")
    type_ = "text/plain" if text else "image/png"
    file = Attachment.objects.create(owner=conversation.owner, name=name, type=type_, size=SIZE, text=text)
    asked.attachments.add(file)
    return Message.objects.create(conversation=conversation, parent=asked, role=Role.ASSISTANT, content="I see")


def _asked(conversation: Conversation, answer: Message | None, target: Target = SEES) -> list[context.Content]:
    assert answer
    loaded = context.loaded(context.question(conversation, answer, target, {}))
    return [said["content"] for said in loaded.messages if said["role"] == "user"]


def test_the_newest_images_go_along_and_of_older_ones_the_model_is_told(conversation: Conversation) -> None:
    answer = None
    for name in ("a.png", "b.png", "c.png", "d.png"):
        answer = _asks(conversation, name, answer)
    asked = _asked(conversation, answer)
    assert asked[0] == '<file name="a.png">an image, which is not shown here</file>\n\nsee a.png'
    types = [[part["type"] for part in content] for content in asked[1:] if isinstance(content, list)]
    assert types == [["image_url", "text"]] * 3


def test_a_model_that_does_not_see_gets_none(conversation: Conversation) -> None:
    answer = _asks(conversation, "a.png", None)
    assert _asked(conversation, answer, BLIND) == [
        '<file name="a.png">an image, which is not shown here</file>\n\nsee a.png'
    ]


def test_the_newest_texts_go_along_and_of_older_ones_the_model_is_told(conversation: Conversation) -> None:
    half, answer = "x" * (context.TEXT // 2), None
    for name, text in (("a.txt", "short"), ("b.txt", half + "y"), ("c.txt", half)):
        answer = _asks(conversation, name, answer, text)
    note = '<file name="{0}">a text, which is not shown here</file>\n\nsee {0}'
    assert _asked(conversation, answer) == [
        note.format("a.txt"),
        note.format("b.txt"),
        f'<file name="c.txt">\n{half}\n</file>\n\nsee c.txt',
    ]


def test_while_the_rows_are_written_no_file_is_read(
    conversation: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conversation.system = "Be brief."
    answer = _asks(conversation, "a.txt", None, "text")
    with django_assert_num_queries(1):  # the branch
        question = context.question(conversation, answer, SEES, {})
    assert [said["content"] for said in question.messages] == ["Be brief.", "see a.txt", "I see"]
    assert "\ntext\n" in context.loaded(question).messages[1]["content"]


def test_more_text_than_goes_along_is_refused_before_the_rows_are_written(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "_begin", None)
    text = "x" * (context.TEXT + 1)
    file = Attachment.objects.create(owner=conversation.owner, type="text/plain", size=1, text=text)
    with pytest.raises(ApiError) as refused:
        start.begin(conversation.owner.pk, start.Ask("look", attachments=(file.id,)), Mock())
    assert refused.value.code == 42206
