"""The tree: a Conversation holds Messages, each with its parent; a branch is the path from the root to a leaf."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from uuid_utils.compat import uuid7


class Role(models.TextChoices):
    USER = "user"
    ASSISTANT = "assistant"


class Status(models.TextChoices):
    """Of a message. Only an assistant message is ever anything but completed."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Conversation(models.Model):
    """`convGroupId` on the wire. `version` rises with every change and guards writes of a stale device."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    # The leaf on view. Not a foreign key: it would tie the two tables in a circle and cost every start a write more.
    current_node = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "-updated", "-id"], name="conversation_list")]

    def __str__(self) -> str:
        return str(self.id)


class Messages(models.Manager["Message"]):
    def there(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these messages have not been deleted."""
        return set(self.filter(id__in=ids).values_list("id", flat=True))

    def branch(self, leaf: "Message") -> list[tuple[str, str]]:
        """(role, content) of every message from the root to `leaf`, in this order; those without content left out."""
        table = self.model._meta.db_table
        parameter: Any = self.model._meta.pk.get_db_prep_value(leaf.pk, connection)
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE branch(parent_id, role, content, depth) AS ("
                f" SELECT parent_id, role, content, 0 FROM {table} WHERE id = %s"
                " UNION ALL SELECT above.parent_id, above.role, above.content, depth + 1"
                f" FROM {table} above JOIN branch ON above.id = branch.parent_id)"
                " SELECT role, content FROM branch ORDER BY depth DESC",
                [parameter],
            )
            return [(role, content) for role, content in cursor.fetchall() if content]


class Message(models.Model):
    """`convId` on the wire. `status`, `last_seq`, `usage` and what an answer says are written by generation alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    role = models.CharField(max_length=10, choices=Role)
    content = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.COMPLETED)
    model = models.CharField(max_length=200, blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    error = models.JSONField(null=True)  # {"code", "msg", "retryable"} of what went wrong
    usage = models.JSONField(null=True)
    last_seq = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Messages] = Messages()

    def __str__(self) -> str:
        return str(self.id)

    @property
    def unfinished(self) -> bool:
        """Whether *continue* has something to continue."""
        ended = (Status.CANCELLED, Status.INTERRUPTED, Status.FAILED)
        return self.status in ended or (self.status == Status.COMPLETED and self.finish_reason == "length")
