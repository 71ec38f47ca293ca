"""`python -m tests.long EMAIL COUNT`: a conversation of many messages, straight into a user's database; prints its id.

2,000 messages are 2 MB of Markdown. The question of exchange n (from 0) is "Question n?", its answer ends with
"End of answer n."; before the last question stands a branch of its own: "Another question?".
"""

import os
import sys

_ANSWER = """\
## Answer {n}

The **{n}th** answer, with `code` and a [link](https://example.org/{n}). 注意：请先备份，再升级到第 {n} 版。

- one
- two

```python
def follow(cursor: int = {n}) -> Iterator[bytes]:
    while event := journal.after(cursor):
        cursor, frame = event.seq, event.frame
```

{words}

End of answer {n}.
"""
_WORDS = "Some words that fill a line, as answers have them. "


def make(email: str, count: int) -> str:
    """Of a user's messages and their answers, by turns."""
    from django.utils import timezone

    from chatsite.accounts.models import User
    from chatsite.conversations.models import Conversation, Message, Role

    owner = User.objects.get(email=email)
    conversation = Conversation.objects.create(owner=owner, title="A long one", updated=timezone.now())
    rows: list[Message] = []
    for n in range(count // 2):
        question = Message(conversation=conversation, parent=rows[-1] if rows else None, role=Role.USER)
        question.content = f"Question {n}?"
        # Of different lengths, as answers are.
        answer = Message(conversation=conversation, parent=question, role=Role.ASSISTANT, last_seq=2)
        answer.content = _ANSWER.format(n=n, words=_WORDS * (n % 7 * 10 + 2))
        rows += [question, answer]
    other = Message(conversation=conversation, parent=rows[-3], role=Role.USER, content="Another question?")
    reply = Message(conversation=conversation, parent=other, role=Role.ASSISTANT, content="Another answer.", last_seq=2)
    Message.objects.bulk_create([*rows, other, reply], batch_size=500)
    Conversation.objects.filter(pk=conversation.pk).update(current_node=rows[-1].pk)
    return str(conversation.pk)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    print(make(sys.argv[1], int(sys.argv[2])))
