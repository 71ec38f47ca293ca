"""Folders: where a user puts conversations together."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import ninja
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from ninja import Router, Schema, Status
from pydantic import ConfigDict
from typing_extensions import TypedDict

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, wire
from chatsite.conversations.fields import Name
from chatsite.conversations.models import Folder
from chatsite.errors import ApiError, not_found
from chatsite.live import publish

router = Router(tags=["folders"], auth=required)
MOST = 200


class FolderBody(Schema):
    """`name`: one line, unlike those of the other folders."""

    model_config = ConfigDict(extra="forbid")
    name: Name


class Folders(TypedDict):
    folders: list[wire.Folder]


@router.get("/folders", response=Folders, summary="List folders")
def folders(request: AuthenticatedRequest) -> Folders:
    """Own folders by name."""
    return {"folders": _rows(Folder.objects.filter(owner=request.auth.user))}


@router.post("/folders", response={201: wire.Folder}, summary="Make a folder")
def create(request: AuthenticatedRequest, body: FolderBody) -> Status[wire.Folder]:
    """A new, empty folder."""
    if Folder.objects.filter(owner=request.auth.user).count() >= MOST:
        raise ApiError(42201, f"You have {MOST} folders: delete one first.")
    with _unlike_others():
        folder = Folder.objects.create(owner=request.auth.user, name=body.name)
    return Status(201, _told(folder))


@router.patch("/folders/{uuid:folder_id}", response=wire.Folder, summary="Rename a folder")
def rename(request: AuthenticatedRequest, folder_id: UUID, body: FolderBody) -> wire.Folder:
    """Give it another name."""
    folder = access.folder(request.auth.user.id, folder_id)
    with _unlike_others():
        renamed = Folder.objects.filter(id=folder.id).update(name=body.name)  # `save` would bring back a deleted one
    if not renamed:
        raise not_found()
    return _told(folder)


@router.delete("/folders/{uuid:folder_id}", response={204: None}, summary="Delete a folder")
def delete(request: AuthenticatedRequest, folder_id: UUID) -> ninja.Status[None]:
    """Its conversations go back to the list."""
    with transaction.atomic():  # held by `access`: nobody puts a conversation in any more
        access.folder(request.auth.user.id, folder_id).delete()
    publish.folders_changed(request.auth.user.id)
    return Status(204, None)


@contextmanager
def _unlike_others() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ApiError(42201, "name: you have a folder of this name") from None


def _told(folder: Folder) -> wire.Folder:
    publish.folders_changed(folder.owner_id)
    return _rows(Folder.objects.filter(id=folder.id))[0]


def _rows(folders: QuerySet[Folder]) -> list[wire.Folder]:
    inside = Q(conversations__deleted=None, conversations__archived=False)
    counted = folders.annotate(count=Count("conversations", filter=inside)).order_by("name")
    return [{"id": folder.id, "name": folder.name, "count": folder.count} for folder in counted]
