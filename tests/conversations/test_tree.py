"""A branch is the path from the root to a leaf, whatever grew around it."""

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chatsite.accounts.models import User
from chatsite.conversations.models import Conversation, Message

# A tree as the index of each message's parent among those before it; None is the root.
trees = st.lists(st.none() | st.integers(0, 30), min_size=1, max_size=30).map(
    lambda parents: [None if parent is None or parent >= at else parent for at, parent in enumerate(parents)]
)


class Branch(TestCase):
    @given(trees, st.data())
    def test_it_is_what_following_the_parents_finds(self, parents: list[int | None], data: st.DataObject) -> None:
        owner = User.objects.create_user("alice@example.org")
        conversation = Conversation.objects.create(owner=owner, updated=timezone.now())
        messages: list[Message] = []
        for at, parent in enumerate(parents):
            above = None if parent is None else messages[parent]
            text = data.draw(st.sampled_from(["", f"message {at}"]))
            messages.append(
                Message.objects.create(conversation=conversation, parent=above, role=f"role{at}", content=text)
            )
        leaf = data.draw(st.sampled_from(messages))
        path: list[tuple[str, str]] = []
        node: Message | None = leaf
        while node is not None:
            path.append((node.role, node.content))
            node = node.parent
        assert Message.objects.branch(leaf) == [said for said in reversed(path) if said[1]]
