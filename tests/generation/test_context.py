"""Which images of a long branch go along."""

import pytest
from django.utils import timezone

from chatsite.accounts.models import User
from chatsite.conversations.models import Attachment, Conversation, Message, Role
from chatsite.generation import context

pytestmark = pytest.mark.django_db
SIZE = context.PICTURES // 3


@pytest.fixture
def conversation() -> Conversation:
    owner = User.objects.create_user("alice@example.org")
    return Conversation.objects.create(owner=owner, updated=timezone.now())


def _asks(conversation: Conversation, name: str, parent: Message | None) -> Message:
    asked = Message.objects.create(conversation=conversation, parent=parent, role=Role.USER, content=f"see {name}")
    picture = Attachment.objects.create(owner=conversation.owner, name=name, type="image/png", size=SIZE)
    asked.attachments.add(picture)
    return Message.objects.create(conversation=conversation, parent=asked, role=Role.ASSISTANT, content="I see")


def test_the_newest_images_go_along_and_of_older_ones_the_model_is_told(conversation: Conversation) -> None:
    answer = None
    for name in ("a.png", "b.png", "c.png", "d.png"):
        answer = _asks(conversation, name, answer)
    assert answer
    asked = [said["content"] for said in context.messages(conversation, answer, True) if said["role"] == "user"]
    assert asked[0] == '<file name="a.png">an image, which is not shown here</file>\n\nsee a.png'
    assert [[part["type"] for part in content] for content in asked[1:]] == [["image_url", "text"]] * 3


def test_a_model_that_does_not_see_gets_none(conversation: Conversation) -> None:
    answer = _asks(conversation, "a.png", None)
    assert not context.waits(context.messages(conversation, answer, False))
