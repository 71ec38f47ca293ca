"""What goes upstream of a conversation: its system prompt, then a branch, each message with its files. Synchronous.

Text of files stands before the user's words, in one string with them: not every server takes a list of parts. Pictures
are parts as the OpenAI API has them. What files hold is read when the rows are written, outside of that transaction.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from chatsite.conversations import files
from chatsite.conversations.models import Attachment, Conversation, Message
from chatsite.generation import upstream
from chatsite.generation.body import Picture, Pieces
from chatsite.generation.upstream import Question
from chatsite.providers.models import Target

# What goes along of all files of a branch; the request is held in memory until it is sent.
PICTURES = 40 * 2**20  # bytes; OpenAI takes 50 MB as Base64
TEXT = 2_000_000  # characters: more than most models read

Content = str | list[dict[str, Any]]


def question(conversation: Conversation, answer: Message, target: Target, params: dict[str, Any]) -> Question:
    """What `answer` answers, in the words that were written; the files follow: see `loaded`."""
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    branch = Message.objects.branch(answer)
    attached = {nth: said.id for nth, said in enumerate(branch, len(system)) if said.attached}
    messages = system + [{"role": said.role, "content": said.content} for said in branch]
    return Question(target, messages, params, attached)


def body(question: Question) -> Pieces:
    """The request with its files; of what was loaded for it nothing is kept."""
    return Pieces(upstream.request(loaded(question)))


def loaded(question: Question) -> Question:
    """The same with its files: the newest ones, up to PICTURES and TEXT; of older ones the model is told."""
    messages = list(question.messages)
    attached = _attached(question.attached.values())
    room = _Room(PICTURES if question.target.vision else 0, TEXT)
    for nth in sorted(question.attached, reverse=True):
        said = messages[nth]
        messages[nth] = said | {"content": _content(said["content"], attached[question.attached[nth]], room)}
    return replace(question, messages=messages, attached={})


class _Room:
    """What may still go along. Once a file was too large for it, there is none for older ones of its kind."""

    def __init__(self, pictures: int, text: int) -> None:
        self._pictures, self._text = pictures, text

    def holds(self, file: Attachment) -> bool:
        if file.is_image:
            self._pictures -= file.size
            return self._pictures >= 0
        if self._text >= 0:
            self._text -= len(file.text)
        return self._text >= 0


def _attached(message_ids: Iterable[UUID]) -> dict[UUID, list[Attachment]]:
    """Their text is read when it is asked for, so that of a long branch no more is read than goes along."""
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    links = Attachment.messages.through.objects.filter(message__in=message_ids).select_related("attachment")
    for link in links.defer("attachment__text").order_by("attachment_id"):
        found[link.message_id].append(link.attachment)
    return found


def _content(words: str, attached: list[Attachment], room: _Room) -> Content:
    pictures, texts = [], []
    for file in attached:
        if not room.holds(file):
            texts.append(_quoted(file, f"{'an image' if file.is_image else 'a text'}, which is not shown here"))
        elif file.is_image:
            pictures.append(_picture(file))
        else:
            texts.append(_quoted(file, f"\n{file.text}\n"))
    text = "".join(texts) + words
    return [*pictures, {"type": "text", "text": text}] if pictures else text


def _quoted(file: Attachment, text: str) -> str:
    name = file.name.replace('"', "'")
    return f'<file name="{name}">{text}</file>\n\n'


def _picture(file: Attachment) -> dict[str, Any]:
    data = files.read(file.id)
    if data is None:
        return {"type": "text", "text": "(An image that was here is lost.)"}
    return {"type": "image_url", "image_url": {"url": Picture(file.type, data)}}
