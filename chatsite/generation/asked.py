"""What a client may ask for, field by field."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictBool

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


class Params(Schema):
    """Parameters of the OpenAI API that are handed on as they are."""

    model_config = ConfigDict(extra="forbid", strict=True)
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=10**7)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=10**7)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stop: Annotated[str, Field(max_length=100)] | Annotated[list[str], Field(max_length=4)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None


class Start(Schema):
    """The fields that name what to answer; protocol: "Starting and reading an answer"."""

    model_config = ConfigDict(extra="forbid")
    model: Annotated[str, Field(max_length=200), AfterValidator(_plain)] | None = None
    convGroupId: MaybeId = None  # noqa: N815 - names of the wire
    parentConvId: MaybeId = None  # noqa: N815
    request: Request | None = None

    def ask(self, key: str | None, params: dict[str, Any] | None = None, cancel_on_disconnect: bool = False) -> Ask:
        parent = self.parentConvId if "parentConvId" in self.model_fields_set else ABSENT
        return Ask(self.request, self.convGroupId, parent, self.model or None, params or {}, key, cancel_on_disconnect)


class Chat(Start):
    """The body of POST /api/chat."""

    stream: StrictBool = True
    params: Params = Field(default_factory=Params)
    cancelOnDisconnect: StrictBool = False  # noqa: N815


class ChatQuery(Start):
    """The query of GET /api/chat: a start for a native EventSource, which can only GET."""

    request: Request
    idempotencyKey: Key | None = None  # noqa: N815
    lastEventId: str | None = None  # noqa: N815
