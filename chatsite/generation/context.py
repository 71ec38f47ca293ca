"""What goes upstream of a conversation: its system prompt, then a branch, each message with its files. Synchronous.

Text of files stands before the user's words, in one string with them: not every server takes a list of parts. Pictures
are parts as the OpenAI API has them; their bytes are read when the rows are written, outside of that transaction.
"""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chatsite.conversations import files
from chatsite.conversations.models import Attachment, Conversation, Message, Said

Messages = list[dict[str, Any]]
PICTURES = (
    40 * 2**20
)  # bytes of all that go along with a request, which holds them in memory; OpenAI takes 50 MB as Base64


class Picture(NamedTuple):
    """Stands where a part's URL will be."""

    id: UUID
    type: str


def messages(conversation: Conversation, answer: Message, sees: bool) -> Messages:
    """For a model that `sees` with a Picture for the newest images; of others it is told. See `loaded`."""
    branch = Message.objects.branch(answer)
    attached = _attached([said.id for said in branch if said.attached])
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    shown = _shown(attached[said.id] for said in reversed(branch)) if sees else set()
    return system + [{"role": said.role, "content": _content(said, attached[said.id], shown)} for said in branch]


def waits(asked: Messages) -> bool:
    """Whether `loaded` has something to load."""
    return any(isinstance(message["content"], list) for message in asked)


def loaded(asked: Messages) -> Messages:
    """The same with every picture in it."""
    return [
        message | {"content": [_loaded(part) for part in message["content"]]}
        if isinstance(message["content"], list)
        else message
        for message in asked
    ]


def _attached(message_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    if message_ids:
        links = Attachment.messages.through.objects.filter(message__in=message_ids).select_related("attachment")
        for link in links.order_by("attachment_id"):
            found[link.message_id].append(link.attachment)
    return found


def _shown(newest_first: Iterable[list[Attachment]]) -> set[UUID]:
    """The images that go along: the newest ones, up to PICTURES."""
    shown: set[UUID] = set()
    size = 0
    for file in (file for attached in newest_first for file in attached if file.is_image):
        size += file.size
        if size > PICTURES:
            break
        shown.add(file.id)
    return shown


def _content(said: Said, attached: list[Attachment], shown: set[UUID]) -> str | list[dict[str, Any]]:
    pictures = [file for file in attached if file.id in shown]
    text = "".join(_quoted(file) for file in attached if file.id not in shown) + said.content
    if not pictures:
        return text
    parts = [{"type": "image_url", "image_url": {"url": Picture(file.id, file.type)}} for file in pictures]
    return [*parts, {"type": "text", "text": text}]


def _quoted(file: Attachment) -> str:
    name = file.name.replace('"', "'")
    if file.is_image:
        return f'<file name="{name}">an image, which is not shown here</file>\n\n'
    return f'<file name="{name}">\n{file.text}\n</file>\n\n'


def _loaded(part: dict[str, Any]) -> dict[str, Any]:
    if part["type"] != "image_url":
        return part
    picture: Picture = part["image_url"]["url"]
    data = files.read(picture.id)
    if data is None:
        return {"type": "text", "text": "(An image that was here is lost.)"}
    return {"type": "image_url", "image_url": {"url": f"data:{picture.type};base64,{base64.b64encode(data).decode()}"}}
