"""The trial of a model on the page: streamed to a script, or collected for a page without one."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

import msgspec
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from chatsite.accounts.auth import Principal, by_session
from chatsite.providers import words
from chatsite.providers.failures import Kind, failure
from chatsite.providers.models import Target
from chatsite.providers.probe import BrokenOff, NotTheApi, trial

log = logging.getLogger(__name__)


class Trial:
    """One answer, measured. Iterating it gives SSE events; `text`, `summary` and `problem` are there afterwards."""

    def __init__(self, target: Target, question: str, principal: Principal | None, language: str) -> None:
        self.principal = principal  # asgi.py ends the stream when this one's credential is revoked
        self.text = self.summary = self.problem = ""
        self._language = language
        self._stream = self._events(target, question)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        return await anext(self._stream)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def _events(self, target: Target, question: str) -> Any:
        first, pieces, begin = 0.0, 0, time.monotonic()
        try:
            async with aclosing(trial(target, question)) as parts:  # type: ignore[type-var]
                async for part in parts:
                    first, pieces = first or part.seconds, pieces + 1
                    if not part.reasoning:
                        self.text += part.text
                    yield _event("part", text=part.text, reasoning=part.reasoning)
        except Exception as error:
            _note(error)
            with override(self._language):
                self.problem = words.told(error)
            yield _event("problem", text=self.problem)
        else:
            with override(self._language):
                self.summary = _summary(first, time.monotonic() - begin, pieces, len(self.text))
            yield _event("summary", text=self.summary)


def _summary(first: float, whole: float, pieces: int, chars: int) -> str:
    """The time to the first words, and the speed after them."""
    rest = max(whole - first, 0.001)
    told = _("First words after %(first).2f s; then %(pieces).0f pieces and %(chars).0f characters a second.")
    return told % {"first": first, "pieces": (pieces - 1) / rest, "chars": chars / rest}


def _note(error: Exception) -> None:
    """What words.py has no word for goes to the log, by its types alone: texts of exceptions may hold anything."""
    if not isinstance(error, NotTheApi | BrokenOff) and failure(error).kind is Kind.OTHER:
        log.warning("A trial failed with %s caused by %s", type(error).__name__, type(error.__cause__).__name__)


def _event(name: str, **data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


async def trial_response(
    request: HttpRequest, target: Target, question: str, page: Callable[..., Awaitable[HttpResponse]]
) -> HttpResponse:
    """An event stream for who accepts one; else the page with the whole answer."""
    principal = await sync_to_async(by_session)(request)
    reader = Trial(target, question, principal, get_language() or "en")
    if "text/event-stream" in request.headers.get("Accept", ""):
        return _streamed(request, reader)
    async for _event_bytes in reader:
        pass
    return await page(trial=reader)


def _streamed(request: HttpRequest, reader: Trial) -> HttpResponse:
    """Hand the reader to asgi.py where that is below us (architecture, rule 10), else stream it ourselves."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    kind = "text/event-stream; charset=utf-8"
    response: HttpResponse
    if "chatsite.handover" in scope:
        scope["chatsite.stream"] = reader
        response = HttpResponse(content_type=kind)
    else:
        response = cast(HttpResponse, StreamingHttpResponse(reader, content_type=kind))
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response
