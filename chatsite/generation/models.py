"""Rows of the straight line. Only this room writes them."""

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from chatsite.conversations.models import Message, Status
from chatsite.generation.sse import Head


class Worker(models.Model):
    """A process that generates. It may write while its row is here; `beat` shows that it lives."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    beat = models.PositiveBigIntegerField(default=0)
    host = models.CharField(max_length=255)
    started = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class Generation(models.Model):
    """One run that fills one assistant message. *Continue* adds a second to the same message."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="generations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    worker_id = models.UUIDField()  # its row is gone when the worker is
    model = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status, default=Status.IN_PROGRESS)
    first_seq = models.PositiveIntegerField(default=1)
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: many rows without a key
    fingerprint = models.CharField(max_length=64, blank=True)
    cancel_requested_at = models.DateTimeField(null=True)
    packed = models.BooleanField(default=False)
    created = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="one_generation_per_key"),
            # Of two that continue the same message at once, one wins.
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(status=Status.IN_PROGRESS), name="one_running_generation"
            ),
        ]
        indexes = [
            models.Index(
                fields=["worker_id"], condition=models.Q(status=Status.IN_PROGRESS), name="generation_running"
            ),
            models.Index(fields=["id"], condition=models.Q(packed=False), name="generation_unpacked"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def head(self, message: Message) -> Head:
        """What this generation's chunks say of it; `message` is the one it fills."""
        parent = str(message.parent_id) if message.parent_id else None
        return Head(str(message.conversation_id), str(message.id), parent, self.model, int(self.created.timestamp()))


class Event(models.Model):
    """A journal entry: `data` is `events.encode(event)`. Contiguous from 1 in each message; packed after the end."""

    pk = models.CompositePrimaryKey("message_id", "seq")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.message_id}.{self.seq}"


class Pack(models.Model):
    """Entries first_seq … last_seq of a message as zlib of their JSON lines: the same events, so cursors stay exact.

    A generation has one for each 64 KiB of them or so.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    first_seq = models.PositiveIntegerField()
    last_seq = models.PositiveIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.message_id}.{self.first_seq}-{self.last_seq}"
