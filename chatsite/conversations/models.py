"""The tree: a Conversation holds Messages, each with its parent; a branch is the path from the root to a leaf."""

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple
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


class NamedBy(models.TextChoices):
    """Who chose a conversation's title. What the user chose is never written over."""

    REQUEST = "request", "its first request"
    MODEL = "model", "the model"
    USER = "user", "the user"


class Folder(models.Model):
    """Where a user puts conversations together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=60)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_folder_of_a_name")]

    def __str__(self) -> str:
        return str(self.id)


class Conversation(models.Model):
    """`convGroupId` on the wire. `version` rises with every change and guards writes of a stale device."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200, blank=True)
    named_by = models.CharField(max_length=7, choices=NamedBy, default=NamedBy.REQUEST)
    model = models.CharField(max_length=200, blank=True)
    system = models.TextField(blank=True)  # the system prompt, before all messages of every branch
    params = models.JSONField(default=dict, blank=True)  # of the OpenAI API, unless a request says otherwise
    folder = models.ForeignKey(Folder, on_delete=models.SET_NULL, null=True, related_name="conversations")
    pinned = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    temporary = models.BooleanField(default=False)  # in no list and no search, and gone a day after its last answer
    deleted = models.DateTimeField(null=True)  # gone for everybody; for a minute *undo* can bring it back
    # The leaf on view. Not a foreign key: it would tie the two tables in a circle and cost every start a write more.
    current_node = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField()
    # Of search_index.py alone: the title as the index has it, and under which number.
    indexed_title = models.CharField(max_length=200, blank=True, editable=False)
    document = models.BigIntegerField(null=True, editable=False, db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-updated", "-id"], name="conversation_list"),
            models.Index(fields=["deleted"], condition=models.Q(deleted__isnull=False), name="conversation_trash"),
            models.Index(fields=["updated"], condition=models.Q(temporary=True), name="conversation_temporary"),
            models.Index(
                fields=["owner"], condition=~models.Q(title=models.F("indexed_title")), name="conversation_unindexed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def changed(self, *fields: str) -> None:
        """Save these fields under the next version. Its row is locked."""
        self.version += 1
        self.save(update_fields=[*fields, "version"])


class Said(NamedTuple):
    """A message of a branch; `attached`: files go with it."""

    id: UUID
    role: str
    content: str
    attached: bool


def _uuid(value: UUID | str) -> UUID:
    """An id as the database's driver returned it."""
    return value if isinstance(value, UUID) else UUID(value)


class Messages(models.Manager["Message"]):
    def there(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these messages have not been deleted."""
        kept = self.filter(id__in=ids, deleted=None, conversation__deleted=None)
        return set(kept.values_list("id", flat=True))

    def branch(self, leaf: "Message") -> list[Said]:
        """Every message from the root to `leaf`, in this order; those without content left out."""
        links = Attachment.messages.through._meta.db_table
        table = self.model._meta.db_table
        parameter: Any = self.model._meta.pk.get_db_prep_value(leaf.pk, connection)
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE branch(id, parent_id, role, content, depth) AS ("
                f" SELECT id, parent_id, role, content, 0 FROM {table} WHERE id = %s"
                " UNION ALL SELECT above.id, above.parent_id, above.role, above.content, depth + 1"
                f" FROM {table} above JOIN branch ON above.id = branch.parent_id)"
                f" SELECT id, role, content, EXISTS (SELECT 1 FROM {links} WHERE message_id = branch.id)"
                " FROM branch ORDER BY depth DESC",
                [parameter],
            )
            return [Said(_uuid(key), role, text, bool(files)) for key, role, text, files in cursor.fetchall() if text]


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
    # Seconds from the start of its last generation: {"firstDelta", "reasoning", "duration"}, null where not known.
    timing = models.JSONField(null=True)
    last_seq = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    deleted = models.DateTimeField(null=True)  # with all below it; see Conversation.deleted
    # Of search_index.py alone: at which last_seq the index has seen it, and under which number. A new text without a
    # new last_seq must set it to -1.
    indexed_seq = models.IntegerField(default=-1, editable=False)
    document = models.BigIntegerField(null=True, editable=False, db_index=True)

    objects: ClassVar[Messages] = Messages()

    class Meta:
        indexes = [
            models.Index(fields=["deleted"], condition=models.Q(deleted__isnull=False), name="message_trash"),
            # Its status stands behind its text, which would be read to learn it.
            models.Index(
                fields=["conversation"], condition=models.Q(status=Status.IN_PROGRESS), name="message_running"
            ),
            models.Index(
                fields=["id"], condition=~models.Q(indexed_seq=models.F("last_seq")), name="message_unindexed"
            ),
            # The same of some conversations. With all that is asked in it, or SQLite reads all their messages instead.
            models.Index(
                fields=["conversation", "id", "indexed_seq", "last_seq"],
                condition=~models.Q(indexed_seq=models.F("last_seq")),
                name="message_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def unfinished(self) -> bool:
        """Whether *continue* has something to continue."""
        ended = (Status.CANCELLED, Status.INTERRUPTED, Status.FAILED)
        return self.status in ended or (self.status == Status.COMPLETED and self.finish_reason == "length")


class Rating(models.Model):
    """What its reader thinks of an answer: 👍 is 1, 👎 is -1."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="rating")
    value = models.SmallIntegerField()
    reason = models.CharField(max_length=2000, blank=True)
    created = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.value:+d}"


class Prompt(models.Model):
    """A text of the user's own, to be put into the composer by its name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompts")
    name = models.CharField(max_length=60)
    content = models.TextField()
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_prompt_of_a_name")]

    def __str__(self) -> str:
        return str(self.id)


class Attachment(models.Model):
    """A file that goes with user messages, several after an edit; its bytes lie in DATA/attachments."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attachments")
    messages = models.ManyToManyField(Message, related_name="attachments")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=100)  # what was found in the bytes, not what the client said
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(null=True)  # pixels of an image
    height = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    characters = models.PositiveIntegerField(default=0)  # of the text
    # What the model gets of a file that is no image. The last of the columns: SQLite reads it to get at those behind.
    text = models.TextField(blank=True, default="")

    class Meta:
        # In the row they stand behind the text, pages of it. With the id the sweep finds all it asks for here.
        indexes = [models.Index(fields=["created", "id"], name="attachment_age")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_image(self) -> bool:
        return self.type.startswith("image/")


class LooseFile(models.Model):
    """A file in DATA/attachments without an Attachment: its upload is not done yet, or it was deleted. See files.py."""

    id = models.UUIDField(primary_key=True, editable=False)  # its attachment's
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)
