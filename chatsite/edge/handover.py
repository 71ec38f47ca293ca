"""A stream, once Django has ended its request: it holds no thread, no database connection and no context of that."""

import asyncio
import contextvars
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

from chatsite.accounts.auth import Principal, revoked
from chatsite.edge.interface import Message, Receive, Send

logger = logging.getLogger(__name__)


END: Message = {"type": "http.response.body"}
ABORT: Message = {"type": "chatsite.abort"}  # ours alone, see exchange.py: drop the connection and what it has not sent


class Reader(Protocol):
    """What a view puts into `scope["chatsite.stream"]`: bytes, for as long as `principal` is not revoked."""

    @property
    def principal(self) -> Principal | None: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


async def stream(reader: Reader, start: Message, receive: Receive, send: Send) -> None:
    """Send `start` and what the reader yields until it ends, the client leaves, or its principal is revoked.

    An exception of the reader's ends this stream alone, as an EOF without a last event: the client comes back with
    its Last-Event-ID.
    """
    runners = [_pump(reader, start, send), left(receive)]
    if reader.principal:
        runners.append(revoked(reader.principal))
    try:
        _, gone, *cut = await race(*runners, context=contextvars.Context())
    finally:
        await close(reader)
    if any(cut):
        await send(ABORT)
    elif not gone:
        await send(END)


async def _pump(reader: Reader, start: Message, send: Send) -> None:
    await send(start)
    await send({"type": "http.response.body", "body": b"", "more_body": True})  # headers now, not with the first event
    async for data in reader:
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def left(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def close(reader: Reader) -> None:
    """End a reader that nobody reads any more."""
    try:
        await reader.aclose()
    except Exception:
        logger.exception("A stream could not be closed")


async def race(*runners: Coroutine[Any, Any, None], context: contextvars.Context | None = None) -> list[bool]:
    """Run all until one has ended, and end the others: which ones had ended. What they raise is logged."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(runner, context=context) for runner in runners]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended = [task.done() for task in tasks]
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                logger.error("A stream failed: %s", result, exc_info=result)
    return ended
