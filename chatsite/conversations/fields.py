"""What clients may write: the kinds of text, and the parameters of the OpenAI API."""

import re
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _line(text: str) -> str:
    if _CONTROLS.search(text):
        raise PydanticCustomError("line", "must be one line of text")
    return text


def _plain(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("plain", "NUL is not allowed")
    return text


def _said(text: str) -> str:
    if not text:
        raise PydanticCustomError("said", "write something first")
    return text


def _without_nul(text: str) -> str:
    """PostgreSQL takes none; in what was pasted from elsewhere it means nothing."""
    return text.replace("\0", "")


_stripped = AfterValidator(str.strip)
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_said), AfterValidator(_line)
]
Text = Annotated[str, AfterValidator(_without_nul)]
Said = Annotated[Text, AfterValidator(_said)]
Title = Annotated[str, Field(max_length=200), AfterValidator(_without_nul), _stripped, AfterValidator(_said)]
Stop = Annotated[str, Field(max_length=100), AfterValidator(_plain)]


class Params(Schema):
    """Parameters of the OpenAI API that are handed on as they are."""

    model_config = ConfigDict(extra="forbid", strict=True)
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=10**7)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=10**7)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=4)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
