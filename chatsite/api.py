"""The HTTP API: one NinjaAPI, a router per room, one strict JSON reader, one shape of error."""

import logging
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from chatsite.errors import ApiError, unstorable

log = logging.getLogger(__name__)


class StrictParser(Parser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, no bottomless nesting. For anything else ninja says 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        return msgspec.json.decode(request.body)


api = NinjaAPI(title="chatsite", version="1", docs_url="/docs", parser=StrictParser(), urls_namespace="api")


@api.exception_handler(ApiError)
def _told(request: HttpRequest, error: ApiError) -> HttpResponse:
    return error.response()


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """All that is wrong with the fields, in one sentence each, without echoing what was sent."""
    told = "; ".join(f"{_field(wrong['loc'])}: {wrong['msg']}" for wrong in error.errors[:5])
    return ApiError(42201, told or "The request is not valid.").response()


def _field(place: tuple[str | int, ...]) -> str:
    """("body", "body", "params", "seed") is what ninja calls what the client calls params.seed."""
    parts = list(place[1:])
    return ".".join(str(part) for part in (parts[1:] if parts[:1] in (["body"], ["query"]) else parts)) or "body"


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return ApiError(40101, "Sign in, or send a bearer.", headers={"WWW-Authenticate": "Bearer"}).response()


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    told = f"The body is not valid JSON: {error.__cause__ or error}" if error.status_code == 400 else str(error)
    return ApiError(error.status_code * 100 + 1, told).response()


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _storage(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database is away, locked or full. Its other errors are faults of ours, and stay 500."""
    log.error("%s %s: %s", request.method, request.path, error)
    return unstorable().response()


api.add_router("", "chatsite.accounts.api.router")
api.add_router("", "chatsite.providers.api.router")
api.add_router("", "chatsite.conversations.views.router")
api.add_router("", "chatsite.generation.views.router")
