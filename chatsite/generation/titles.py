"""What a conversation is called: the first line of its request, until the model that answered has found a better name.

It is asked once, when the first answer that says something has ended, however it did, by a task of its own: nobody
waits for it, and when it fails the plain title stays. What the user chose is never written over.
"""

import asyncio
import contextlib
import re
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F

from chatsite.conversations.models import Conversation, NamedBy
from chatsite.generation import events, upstream
from chatsite.generation.events import Content
from chatsite.generation.pacing import Pacer
from chatsite.generation.start import Begun
from chatsite.generation.think import Thinking
from chatsite.generation.threads import in_thread
from chatsite.generation.upstream import Question
from chatsite.live import publish

SECONDS = 20.0
LONGEST = 80  # characters of a title
ENOUGH = 400  # characters of an answer that should have been one line
EXCERPT = 2000  # characters of request and of answer that the model gets to see

PROMPT = """\
Give this conversation a title of two to six words, in the language it is held in. \
Answer with the title alone, as plain text on one line: no quotation marks, no markdown, no full stop."""

_LABEL = re.compile(r"^(?:title|标题|題目|标题为)\s*[:：]\s*", re.IGNORECASE)
_MARKS = "#*_`~>|-–—•\"'“”‘’「」『』《》«» \t"  # around a title, where a model decorates it
_STOPS = ".。!！"


def wanted(begun: Begun, answer: str) -> bool:
    """Whether the end of this answer is the time to ask."""
    conversation = begun.conversation
    plain = conversation.named_by == NamedBy.REQUEST and not conversation.temporary
    before = begun.question.messages[:-1]  # the last is the request, or what is continued
    first = answer != "" and all(message["role"] != "assistant" for message in before)
    return settings.TITLES == "model" and plain and first


async def name(begun: Begun, answer: str, pacer: Pacer) -> None:
    """Ask the model that gave `answer` and keep what it says."""
    try:
        async with asyncio.timeout(SECONDS):
            title = cleaned(await _said(_question(begun, answer), pacer))
    except (TimeoutError, upstream.Failed):
        return
    if title:
        with contextlib.suppress(DatabaseError, InterfaceError):  # the plain one is good enough
            await in_thread(_keep, begun.conversation.owner_id, begun.conversation.id, title)


def cleaned(said: str) -> str:
    """One plain line of what a model said, LONGEST characters at the most; "" when it said nothing."""
    text = events.clean("".join(c if c.isprintable() or c.isspace() else "" for c in said))
    line = next((found for line in text.splitlines() if (found := _bare(line))), "")
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def _bare(line: str) -> str:
    """Without what models put around a title, and without the marks of Markdown within."""
    line = _LABEL.sub("", line.strip(_MARKS)).strip(_MARKS).rstrip(_STOPS).strip(_MARKS)
    return " ".join(re.sub(r"\*\*|__|`", "", line).split())


def _question(begun: Begun, answer: str) -> Question:
    request = next(said["content"] for said in reversed(begun.question.messages) if said["role"] == "user")
    shown = f"<request>\n{request[:EXCERPT]}\n</request>\n<answer>\n{answer[:EXCERPT]}\n</answer>"
    messages = [{"role": "system", "content": PROMPT}, {"role": "user", "content": shown}]
    target = begun.question.target
    return Question(target, messages, target.defaults)


async def _said(question: Question, pacer: Pacer) -> str:
    """The model's words without its reasoning; no more of them than a title could need."""
    thinking, said = Thinking(), ""
    body = upstream.encoded(question)
    async with contextlib.aclosing(upstream.read(question.target, body, upstream.Outcome(), pacer)) as batches:
        async for batch in batches:
            said += "".join(part.text for part in thinking.split(batch) if isinstance(part, Content))
            if len(said) > ENOUGH:
                break
    return said + "".join(part.text for part in thinking.flush() if isinstance(part, Content))


def _keep(owner_id: UUID, conversation_id: UUID, title: str) -> None:
    """Unless somebody has named it meanwhile, or deleted it."""
    mine = Conversation.objects.filter(id=conversation_id)
    with transaction.atomic():
        plain = mine.filter(named_by=NamedBy.REQUEST, deleted=None)
        if plain.update(title=title, named_by=NamedBy.MODEL, version=F("version") + 1):
            version = mine.values_list("version", flat=True).get()
            transaction.on_commit(partial(publish.conversation_changed, owner_id, conversation_id, version))
