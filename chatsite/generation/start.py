"""The rows a generation begins with, in one transaction: which message may follow which. Synchronous.

Seq 1 (role and ids) is committed together with them, before upstream is asked: from then on the answer has an address.
"""

import enum
import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from chatsite import sql
from chatsite.conversations import access
from chatsite.conversations.models import Conversation, Message, Role, Status
from chatsite.errors import ApiError, not_found
from chatsite.generation import events, rows
from chatsite.generation.lease import Lease
from chatsite.generation.models import Generation
from chatsite.generation.sse import Head
from chatsite.generation.upstream import Question
from chatsite.providers.models import Target, resolve


class Absent(enum.Enum):
    """parentConvId was not sent at all: the conversation's current node is meant."""

    ABSENT = enum.auto()


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Ask:
    """A validated POST /api/chat. `parent` None is the root; `request` None asks for another or for more answer."""

    request: str | None
    conversation: UUID | None = None
    parent: UUID | Absent | None = ABSENT
    model: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    cancel_on_disconnect: bool = False

    def fingerprint(self) -> str:
        """What must be the same when the same idempotency key comes again."""
        parent = "" if self.parent is ABSENT else str(self.parent)
        params = sorted(self.params.items())
        told = (self.request, str(self.conversation), parent, self.model, params, self.cancel_on_disconnect)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


@dataclass(frozen=True, slots=True)
class Begun:
    """A generation whose rows are committed: what its task needs to know."""

    head: Head
    conversation: Conversation
    message_id: UUID
    first_seq: int
    question: Question
    content: str = ""  # what an earlier generation of the same message said
    reasoning: str = ""


def begin(user_id: UUID, ask: Ask, lease: Lease) -> Begun | UUID:
    """Create the rows; or the id of the message that was begun with the same idempotency key before."""
    for last_try in (False, True):
        try:
            with transaction.atomic():
                if (earlier := find(user_id, ask)) is not None:
                    return earlier
                begun = _begin(user_id, ask, lease)
                lease.guard()
                return begun
        except IntegrityError:
            # Somebody was faster: with the same key (found at the second try), or in continuing the same message.
            if last_try:
                raise running() from None
    raise AssertionError


def running() -> ApiError:
    return ApiError(40901, "This message is still being written. Wait for it, or stop it first.")


def _target(user_id: UUID, ask: Ask, conversation: Conversation) -> Target:
    """The model asked for; else the one the conversation had; else the site's, should that one be gone by now."""
    if ask.model or not conversation.model:
        return resolve(user_id, ask.model)
    try:
        return resolve(user_id, conversation.model)
    except ApiError:
        return resolve(user_id, None)


def find(user_id: UUID, ask: Ask) -> UUID | None:
    """The message begun with this idempotency key before. 42202 if the key was used for something else."""
    if ask.key is None:
        return None
    generation = sql.first(
        Generation,
        f"""SELECT {sql.columns(Generation, "g")} FROM {Generation._meta.db_table} g
            WHERE g.user_id = %s AND g.idempotency_key = %s""",
        [sql.key(user_id), ask.key],
    )
    if generation and generation.fingerprint != ask.fingerprint():
        raise ApiError(42202, "This Idempotency-Key was used for another request before.")
    return generation.message_id if generation else None


def _begin(user_id: UUID, ask: Ask, lease: Lease) -> Begun:
    conversation = _conversation(user_id, ask)
    parent = _parent(conversation, ask)
    target = _target(user_id, ask, conversation)
    said, answer = _messages(conversation, parent, ask)
    generation = Generation(
        message_id=answer.id,
        user_id=user_id,
        worker_id=lease.id,
        model=target.model,
        first_seq=answer.last_seq + 1,
        idempotency_key=ask.key,
        fingerprint=ask.fingerprint() if ask.key else "",
        created=timezone.now(),
    )
    answer.model = conversation.model = target.model
    _view(conversation, answer)
    _save(said, answer)
    sql.create(generation)
    rows.insert([(answer.id, generation.first_seq, events.encode(events.Start()))])
    branch = Message.objects.branch(answer)
    return Begun(
        head=generation.head(answer),
        conversation=conversation,
        message_id=answer.id,
        first_seq=generation.first_seq,
        question=Question(target, [{"role": role, "content": text} for role, text in branch], ask.params),
        content=answer.content,
        reasoning=answer.reasoning,
    )


def _conversation(user_id: UUID, ask: Ask) -> Conversation:
    if ask.conversation:
        return access.conversation(user_id, ask.conversation, lock=True)
    if ask.parent not in (None, ABSENT):
        raise not_found()  # a message to answer under can't be in a conversation that does not exist yet
    return Conversation(owner_id=user_id, title=title(ask.request or ""), version=0)


def _parent(conversation: Conversation, ask: Ask) -> Message | None:
    """The message to answer under, None at the root. 404, 40901 or 42204 for what can't be one."""
    wanted = conversation.current_node if ask.parent is ABSENT else ask.parent
    if wanted is None:
        if ask.request is None:
            raise ApiError(42204, "Without a request, parentConvId must name the message to answer or to continue.")
        return None
    parent = sql.first(
        Message,
        f"""SELECT {sql.columns(Message, "m")} FROM {Message._meta.db_table} m
            WHERE m.conversation_id = %s AND m.id = %s""",
        [sql.key(conversation.id), sql.key(wanted)],
    )
    if parent is None:
        raise not_found()
    if parent.status == Status.IN_PROGRESS:
        raise running()
    if ask.request is not None and parent.role != Role.ASSISTANT:
        raise ApiError(42204, "A new request must stand under an answer or at the root.")
    if ask.request is None and parent.role == Role.ASSISTANT and not parent.unfinished:
        raise ApiError(42204, "This answer is complete: there is nothing to continue.")
    return parent


def _messages(conversation: Conversation, parent: Message | None, ask: Ask) -> tuple[Message | None, Message]:
    """The new user message, if there is a request, and the assistant message to fill: a new or an unfinished one."""
    if ask.request is None and parent and parent.role == Role.ASSISTANT:
        return None, parent
    said = None
    if ask.request is not None:
        said = Message(conversation=conversation, parent=parent, role=Role.USER, content=events.clean(ask.request))
    answer = Message(conversation=conversation, parent=said or parent, role=Role.ASSISTANT, status=Status.IN_PROGRESS)
    return said, answer


def _view(conversation: Conversation, answer: Message) -> None:
    """The answer is what the conversation shows from now on. Its row is locked, or new."""
    conversation.current_node, conversation.updated = answer.id, timezone.now()
    conversation.version += 1
    if conversation._state.adding:
        sql.create(conversation)
    else:
        conversation.save(update_fields=["current_node", "updated", "model", "version"])


def _save(said: Message | None, answer: Message) -> None:
    if said:
        sql.create(said)
    if answer._state.adding:
        sql.create(answer)
    elif not _taken_up(answer):
        raise running()


def _taken_up(answer: Message) -> bool:
    """An unfinished message runs again. What it said so far stays in its row until the new end replaces it."""
    same = Message.objects.filter(id=answer.id, status=answer.status, last_seq=answer.last_seq)
    return bool(same.update(status=Status.IN_PROGRESS, model=answer.model, error=None, finish_reason=""))


def title(request: str) -> str:
    """A first title: the first line that says something."""
    line = next((line.strip() for line in events.clean(request).splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
