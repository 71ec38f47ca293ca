"""What a client may ask for, field by field."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictBool

from chatsite.conversations.fields import Params
from chatsite.errors import ApiError
from chatsite.generation.start import ABSENT, Ask


def _said(text: str) -> str:
    if not text.strip("\0 \t\r\n"):
        raise ValueError("write something first")
    return text


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL is not allowed")
    return text


MaybeId = Annotated[UUID | None, BeforeValidator(lambda value: None if value == "" else value)]
Request = Annotated[str, Field(max_length=settings.REQUEST_CHARACTERS), AfterValidator(_said)]
Key = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]


System = Annotated[str, Field(max_length=20_000), AfterValidator(_plain)]


MOST_ATTACHMENTS = 10  # of one message


class Start(Schema):
    """The fields that name what to answer; protocol: "Starting and reading an answer"."""

    model_config = ConfigDict(extra="forbid")
    model: Annotated[str, Field(max_length=200), AfterValidator(_plain)] | None = None
    convGroupId: MaybeId = None  # noqa: N815 - names of the wire
    parentConvId: MaybeId = None  # noqa: N815
    request: Request | None = None

    def ask(self, key: str | None) -> Ask:
        parent = self.parentConvId if "parentConvId" in self.model_fields_set else ABSENT
        return Ask(self.request, self.convGroupId, parent, self.model or None, key=key)


class Chat(Start):
    """The body of POST /api/chat."""

    stream: StrictBool = True
    system: System = ""
    conversationParams: Annotated[  # noqa: N815
        Params, Field(description="What a new conversation is held with, as its `params`.")
    ] = Field(default_factory=Params)
    attachments: list[UUID] = Field(default_factory=list)
    temporary: StrictBool = False
    params: Annotated[
        Params, Field(description="Of this call alone, above those of the conversation; null unsets one of them.")
    ] = Field(default_factory=Params)
    cancelOnDisconnect: StrictBool = False  # noqa: N815

    def ask(self, key: str | None) -> Ask:
        """42201 for what only a new conversation or only a request takes, 42206 for too many files."""
        files = tuple(dict.fromkeys(self.attachments))
        if files and self.request is None:
            raise ApiError(42201, "attachments: they go with a request")
        if len(files) > MOST_ATTACHMENTS:
            raise ApiError(42206, f"attachments: {MOST_ATTACHMENTS} at the most")
        kept = self.conversationParams.dict(exclude_none=True)
        terms = {"system": self.system, "temporary": self.temporary, "conversationParams": kept}
        late = [name for name, value in terms.items() if value]
        if self.convGroupId and late:
            raise ApiError(42201, f"{late[0]}: only a new conversation takes it")
        return replace(
            super().ask(key),
            params=self.params.dict(exclude_unset=True),
            kept=kept,
            cancel_on_disconnect=self.cancelOnDisconnect,
            system=self.system,
            temporary=self.temporary,
            attachments=files,
        )


class ChatQuery(Start):
    """The query of GET /api/chat: a start for a native EventSource, which can only GET."""

    request: Request
    idempotencyKey: Key | None = None  # noqa: N815
    lastEventId: str | None = None  # noqa: N815
