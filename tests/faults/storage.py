"""What must hold for readers of answers whose storage failed while they were written."""

from tests.chat import Answer, Chat
from tests.upstream import Script

SCRIPT = {"count": 20_000, "rate": 100}  # it would last for long
BEGUN = Script(count=3).content
_TEXT = Script(count=20_000).content


def ends_without_end(answer: Answer) -> bool:
    """Read until nothing more comes: whether no end was told, which means "come back"."""
    return not any("status" in event.data for event in answer.read().seen)


def spoilt(chat: Chat, answer: Answer) -> bool:
    """Whether what was seen, with what still comes, is not what the answer now is: as far as it came, and failed."""
    rest = chat.follow(answer.id, answer.cursor).read()
    message = chat.message(answer)
    told = (rest.end["status"], rest.end["code"], message["status"], message["error"]["code"])
    whole = answer.content + rest.content
    return whole != message["content"] or not _TEXT.startswith(whole) or told != ("failed", 50304) * 2
