"""Saved prompts: texts of a user's own, put into the composer by their names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import ninja
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict
from typing_extensions import TypedDict

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, wire
from chatsite.conversations.fields import Name, Said
from chatsite.conversations.models import Prompt
from chatsite.errors import ApiError

router = Router(tags=["prompts"], auth=required)
MOST = 500
CHARACTERS = 1_000_000  # of all texts together: they are listed at once
Content = Annotated[Said, Field(max_length=50_000)]


class NewPrompt(Schema):
    """`name`: one line, unlike those of the other prompts."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    content: Content


class PromptChange(Schema):
    """What is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    content: Content | None = None


class Prompts(TypedDict):
    prompts: list[wire.Prompt]


@router.get("/prompts", response=Prompts, summary="List prompts")
def prompts(request: AuthenticatedRequest) -> Prompts:
    """Own prompts by name."""
    rows = Prompt.objects.filter(owner=request.auth.user).order_by("name")
    return {"prompts": [wire.prompt(prompt) for prompt in rows]}


@router.post("/prompts", response={201: wire.Prompt}, summary="Save a prompt")
def create(request: AuthenticatedRequest, body: NewPrompt) -> Status[wire.Prompt]:
    """Save a text under a name."""
    if Prompt.objects.filter(owner=request.auth.user).count() >= MOST:
        raise ApiError(42201, f"You have {MOST} prompts: delete one first.")
    _fits(Prompt.objects.filter(owner=request.auth.user), body.content)
    with _unlike_others():
        prompt = Prompt.objects.create(owner=request.auth.user, name=body.name, content=body.content)
    return Status(201, wire.prompt(prompt))


@router.patch("/prompts/{uuid:prompt_id}", response=wire.Prompt, summary="Change a prompt")
def change(request: AuthenticatedRequest, prompt_id: UUID, body: PromptChange) -> wire.Prompt:
    """Give it another name, another text, or both."""
    prompt = access.prompt(request.auth.user.id, prompt_id)
    _fits(Prompt.objects.filter(owner=request.auth.user).exclude(id=prompt.id), body.content)
    with _unlike_others():  # `save` would bring back a deleted one
        Prompt.objects.filter(id=prompt.id).update(**body.dict(exclude_none=True), updated=timezone.now())
    return wire.prompt(access.prompt(request.auth.user.id, prompt_id))


@router.delete("/prompts/{uuid:prompt_id}", response={204: None}, summary="Delete a prompt")
def delete(request: AuthenticatedRequest, prompt_id: UUID) -> ninja.Status[None]:
    """Forget it."""
    access.prompt(request.auth.user.id, prompt_id).delete()
    return Status(204, None)


def _fits(others: QuerySet[Prompt], content: str | None) -> None:
    """42201 when there is no room for it beside the others."""
    if content and (others.aggregate(n=Sum(Length("content")))["n"] or 0) + len(content) > CHARACTERS:
        raise ApiError(
            42201, f"content: your prompts may have {CHARACTERS:,} characters in all; shorten or delete some."
        )


@contextmanager
def _unlike_others() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ApiError(42201, "name: you have a prompt of this name") from None
