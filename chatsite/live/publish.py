"""Tell open pages that something changed. The only importer of the channel layer; a lost hint costs a poll, never data."""

from uuid import UUID


def conversation_changed(user_id: UUID, conv_group_id: UUID, version: int) -> None: ...


def generation_started(user_id: UUID, conv_group_id: UUID, conv_id: UUID) -> None: ...


def generation_ended(user_id: UUID, conv_group_id: UUID, conv_id: UUID, status: str) -> None: ...
