"""HTTP: start an answer, follow it, cancel it.

A view is synchronous: in its lane it learns who asks for what, and hands the rest over as a coroutine (`soon`), so
that a request crosses into a thread once and back once.
"""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Query, Router

from chatsite.accounts.auth import AuthenticatedRequest, Principal, required, revoked
from chatsite.conversations import access
from chatsite.conversations.models import Message, Status
from chatsite.errors import ApiError
from chatsite.generation import sse, start
from chatsite.generation.asked import Chat, ChatQuery, Key
from chatsite.generation.follow import Reader
from chatsite.generation.house import current
from chatsite.generation.threads import in_thread

router = Router(tags=["chat"], auth=required)
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]


@router.post("/chat")
def chat(
    request: AuthenticatedRequest,
    body: Chat,
    idempotency_key: Annotated[Key | None, Header(alias="Idempotency-Key")] = None,
    last_event_id: LastEventId = None,
    prefer: Annotated[str, Header()] = "",
) -> HttpResponseBase:
    """Start an answer and stream it; with Last-Event-ID, resume one. Protocol: "Starting and reading an answer"."""
    ask = body.ask(idempotency_key, body.params.dict(exclude_none=True), body.cancelOnDisconnect)
    return soon(request, _answer(request, body, ask, last_event_id, prefer))


async def _answer(
    request: AuthenticatedRequest, body: Chat, ask: start.Ask, last_event_id: str | None, prefer: str
) -> HttpResponseBase:
    if last_event_id:
        reader = await _resumed(request.auth, last_event_id, ask)
    else:
        reader = await current().start(request.auth, ask)
    if "respond-async" in prefer:
        return _accepted(reader)
    if ask.cancel_on_disconnect:
        current().cancel_when_left(reader)
    if not body.stream:
        return await later(request, _whole(reader))
    return stream(request, reader)


@router.get("/chat")
def chat_by_get(
    request: AuthenticatedRequest, query: Query[ChatQuery], last_event_id: LastEventId = None
) -> HttpResponseBase:
    """The same for a native EventSource of the site's own pages. Its reconnect carries Last-Event-ID and resumes."""
    _own_page(request)
    if unknown := request.GET.keys() - ChatQuery.model_fields.keys():  # ninja drops them before they are looked at
        raise ApiError(42201, f"{min(unknown)}: Extra inputs are not permitted")
    cursor = _known(last_event_id) or query.lastEventId
    if not cursor:
        return soon(request, _started(request, query.ask(query.idempotencyKey)))
    return soon(request, _followed(request, *_cursor(cursor)))


@router.get("/chat/{uuid:conv_id}")
def follow(
    request: AuthenticatedRequest,
    conv_id: UUID,
    last_event_id: LastEventId = None,
    query: Annotated[str | None, Query(alias="lastEventId")] = None,
) -> HttpResponseBase:
    """Follow a message from Last-Event-ID, from the start without one. 204 when there is nothing after it."""
    cursor = _known(last_event_id) or query
    message_id, seq = _cursor(cursor) if cursor else (conv_id, 0)
    if message_id != conv_id:
        raise ApiError(40003, "This Last-Event-ID belongs to another message.")
    return soon(request, _followed(request, conv_id, seq))


@router.post("/chat/{uuid:conv_id}/cancel")
def cancel(request: AuthenticatedRequest, conv_id: UUID) -> HttpResponseBase:
    """Stop an answer. Idempotent: one that has ended stays as it is."""
    return soon(request, _cancelled(request.auth.user.pk, conv_id))


def stream(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Hand the reader over to asgi.py, which streams it after Django has let go of the request."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    if scope.get("chatsite.handover"):
        scope["chatsite.stream"] = reader
        return HttpResponse(content_type=sse.CONTENT_TYPE, headers=sse.HEADERS)
    return StreamingHttpResponse(reader, content_type=sse.CONTENT_TYPE, headers=sse.HEADERS)


Answering = Coroutine[Any, Any, HttpResponseBase]


def soon(request: HttpRequest, response: Answering) -> HttpResponseBase:
    """What may have to wait for a locked database does so without a lane, which the others need."""
    return _left(request, "chatsite.soon", response) or async_to_sync(_awaited)(response)


async def later(request: HttpRequest, response: Answering) -> HttpResponseBase:
    """Let asgi.py wait for it, as long as the client does."""
    return _left(request, "chatsite.later", response) or await response


def _left(request: HttpRequest, name: str, response: Answering) -> HttpResponse | None:
    """Leave it to asgi.py, with an empty response in its place; None where Django's own handler serves."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    if not scope.get("chatsite.handover"):
        return None
    scope[name] = response
    return HttpResponse()


async def _awaited(response: Answering) -> HttpResponseBase:
    return await response


async def _started(request: AuthenticatedRequest, ask: start.Ask) -> HttpResponseBase:
    return stream(request, await current().start(request.auth, ask))


async def _cancelled(user_id: UUID, message_id: UUID) -> HttpResponse:
    return JsonResponse({"status": await current().cancel(user_id, message_id)}, status=202)


async def _followed(request: AuthenticatedRequest, message_id: UUID, seq: int) -> HttpResponseBase:
    reader = await current().read(request.auth, message_id, seq)
    if reader.finished:
        return HttpResponse(status=204)
    return stream(request, reader)


async def _resumed(principal: Principal, last_event_id: str, ask: start.Ask) -> Reader:
    """A retried POST: the body was carried out before. At the end its ending is told again, as a 204 would loop."""
    message_id, seq = _cursor(last_event_id)
    if ask.key and await in_thread(start.find, principal.user.pk, ask) != message_id:
        raise ApiError(42202, "This Last-Event-ID belongs to another request than the Idempotency-Key.")
    reader = await current().read(principal, message_id, seq)
    if reader.finished:
        reader = await current().read(principal, message_id, seq - 1)
    return reader


def _known(last_event_id: str | None) -> str | None:
    """The header of a GET. @rangermauve/fetch-event-source 2.0.1 sends the word "undefined" while it knows of no id."""
    return None if last_event_id == "undefined" else last_event_id


def _cursor(text: str) -> tuple[UUID, int]:
    try:
        return sse.parse_cursor(text)
    except ValueError:
        raise ApiError(40003, "This Last-Event-ID is not one of ours.") from None


def _own_page(request: AuthenticatedRequest) -> None:
    """Only a stream that a page of ours opens: a GET with effects must not come from a link, a prefetch, elsewhere."""
    sent = (request.headers.get("Sec-Fetch-Site"), request.headers.get("Sec-Fetch-Dest"))
    streams = "text/event-stream" in request.headers.get("Accept", "")
    if request.auth.way != "session" or sent != ("same-origin", "empty") or not streams:
        raise ApiError(40301, "Only an EventSource of the site's own pages may start an answer by GET: use POST.")


def _accepted(reader: Reader) -> HttpResponse:
    ids = reader.ids()
    headers = {"Location": f"/api/chat/{ids['convId']}", "Preference-Applied": "respond-async"}
    return JsonResponse(ids, status=202, headers=headers)


async def _whole(reader: Reader) -> HttpResponse:
    """One chat.completion object, when all of it is there; what went wrong as an error with the code of its `close`."""
    await _read_out(reader)
    message = await in_thread(access.message, reader.principal.user.pk, reader.message_id)
    if message.error:
        raise ApiError(message.error["code"], message.error["msg"])
    if message.status == Status.IN_PROGRESS:  # this process can't say more of it
        raise ApiError(50303, "The server stopped while this was being written.")
    return JsonResponse(_completion(message) | reader.ids())


async def _read_out(reader: Reader) -> None:
    """Read to the end. ApiError 40103 as soon as the reader's credential is revoked."""
    reading, cut = asyncio.create_task(_all_of(reader)), asyncio.create_task(revoked(reader.principal))
    try:
        await asyncio.wait((reading, cut), return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ApiError(40103, "The credential was revoked while the answer was being written.")
        await reading
    finally:
        reading.cancel()
        cut.cancel()
        await reader.aclose()


async def _all_of(reader: Reader) -> None:
    async for _ in reader:
        pass


def _completion(message: Message) -> dict[str, Any]:
    said = {"role": "assistant", "content": message.content}
    if message.reasoning:
        said["reasoning_content"] = message.reasoning
    return {
        "id": message.id,
        "object": "chat.completion",
        "created": int(message.created.timestamp()),
        "model": message.model,
        "choices": [{"index": 0, "message": said, "finish_reason": message.finish_reason}],
        "usage": message.usage,
        "status": message.status,
    }
