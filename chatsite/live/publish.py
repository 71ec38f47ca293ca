"""Tell open pages that something changed. The only importer of the channel layer; a lost hint costs a poll, never data.

The three functions may be called from any thread and on the loop. They never raise, and cost next to nothing when the
user has no page open. Inside a transaction call them by `transaction.on_commit`: a page asks at once.
"""

import asyncio
import contextvars
import logging
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

# Of this process: the layer is in memory, so nobody elsewhere can be told.
_members: Counter[str] = Counter()
_loop: asyncio.AbstractEventLoop | None = None
_sending: set[asyncio.Task[None]] = set()


def conversation_changed(user_id: UUID, conv_group_id: UUID, version: int) -> None:
    _tell(user_id, {"type": "conversation.changed", "convGroupId": str(conv_group_id), "version": version})


def generation_started(user_id: UUID, conv_group_id: UUID, conv_id: UUID) -> None:
    _tell(user_id, {"type": "generation.started", "convGroupId": str(conv_group_id), "convId": str(conv_id)})


def generation_ended(user_id: UUID, conv_group_id: UUID, conv_id: UUID, status: str) -> None:
    ids = {"convGroupId": str(conv_group_id), "convId": str(conv_id)}
    _tell(user_id, {"type": "generation.ended", **ids, "status": status})


async def join(user_id: UUID, channel: str) -> str:
    """From now on the channel hears the user's hints. Returns the group to leave."""
    global _loop
    _loop = asyncio.get_running_loop()
    group = _group(user_id)
    await _layer().group_add(group, channel)
    _members[group] += 1
    return group


async def leave(group: str, channel: str) -> None:
    _members[group] -= 1
    if not _members[group]:
        del _members[group]
    await _layer().group_discard(group, channel)


def _tell(user_id: UUID, hint: dict[str, Any]) -> None:
    group, loop = _group(user_id), _loop
    if loop is None or group not in _members:
        return
    with suppress(RuntimeError):  # the loop is closed: the process ends
        loop.call_soon_threadsafe(_start, group, hint, context=contextvars.Context())


def _start(group: str, hint: dict[str, Any]) -> None:
    task = asyncio.get_running_loop().create_task(_send(group, hint))
    _sending.add(task)  # the loop itself holds a task only weakly
    task.add_done_callback(_sending.discard)


async def _send(group: str, hint: dict[str, Any]) -> None:
    try:
        await _layer().group_send(group, {"type": "live.hint", "hint": hint})
    except Exception as error:
        logger.warning("A hint was lost: %s", error)


def _layer() -> Any:
    return get_channel_layer()


def _group(user_id: UUID) -> str:
    return f"user.{user_id}"
