"""The HTTP API: one NinjaAPI, a router per room, one strict JSON reader, one shape of error."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from chatsite.errors import ApiError


class StrictParser(Parser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, no bottomless nesting. Anything else is 40001."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return msgspec.json.decode(request.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise ApiError(40001, f"The body is not valid JSON: {error}") from None


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
    return ApiError(error.status_code * 100 + 1, str(error)).response()


api.add_router("", "chatsite.accounts.api.router")
api.add_router("", "chatsite.providers.api.router")
api.add_router("", "chatsite.conversations.views.router")
api.add_router("", "chatsite.generation.views.router")
