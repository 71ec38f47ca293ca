"""`python -m tests.many EMAIL COUNT`: many conversations of one exchange each, straight into a user's database.

They go back in time, three a day, so that the list has all its headings: today, this week, months and years.
"""

import os
import sys
from datetime import timedelta

TOPICS = (
    "Trip to the coast",
    "渔港的清晨",
    "Merging intervals",
    "Letter to the landlord",
    "周末去哪里",
    "Tax questions",
)


def make(email: str, count: int) -> None:
    """`count` conversations titled "<topic> <n>", the newest first: n = 0."""
    from django.utils import timezone

    from chatsite.accounts.models import User
    from chatsite.conversations.models import Conversation, Message, Role

    owner, now = User.objects.get(email=email), timezone.now()
    made = [
        Conversation(owner=owner, title=f"{TOPICS[n % len(TOPICS)]} {n}", updated=now - timedelta(hours=8 * n))
        for n in range(count)
    ]
    Conversation.objects.bulk_create(made, batch_size=1000)
    questions = [Message(conversation=one, role=Role.USER, content=f"About {one.title}?") for one in made]
    Message.objects.bulk_create(questions, batch_size=1000)
    answers = [
        Message(conversation=asked.conversation, parent=asked, role=Role.ASSISTANT, content="All about it.")
        for asked in questions
    ]
    Message.objects.bulk_create(answers, batch_size=1000)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    make(sys.argv[1], int(sys.argv[2]))
