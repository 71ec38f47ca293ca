"""Which language a page speaks: that which who is signed in chose; else one chosen in this browser; else the browser's.

A cookie tells it to what knows no user: the pages before sign-in, and what the page's scripts ask for with a bearer.
"""

from collections.abc import Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.decorators import sync_and_async_middleware

from chatsite.accounts.models import User

COOKIE = settings.LANGUAGE_COOKIE_NAME


def chosen(request: HttpRequest) -> str:
    """What was chosen in this browser; "" when nothing was."""
    cookie = request.COOKIES.get(COOKIE, "")
    return cookie if cookie in dict(settings.LANGUAGES) else ""


def remember(response: HttpResponseBase, language: str) -> None:
    """Tell the browser what its user has chosen; "": nothing, so that it follows itself."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE if language else 0,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


def _speak(request: HttpRequest) -> None:
    if language := _users(request):
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Also after signing in and up; after signing out the browser goes on as it was.

    Who has chosen nothing may have done so here, before signing in or before a user's choice was kept: that stays.
    """
    language = _users(request)
    if language and language != request.COOKIES.get(COOKIE):
        remember(response, language)


def _users(request: HttpRequest) -> str:
    """What who is signed in has chosen, "" for nothing."""
    return request.user.language if isinstance(request.user, User) else ""


def _is_page(request: HttpRequest) -> bool:
    """Not what programs ask for, who would pay for a look at the session."""
    return not request.path.startswith(("/api/", "/v1/"))


@sync_and_async_middleware
def speaks_the_users(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware, after the one that knows the user: every page in the language of who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _is_page(request):
            return cast(HttpResponseBase, get_response(request))
        _speak(request)
        response: HttpResponseBase = get_response(request)
        _keep(request, response)
        return response

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        if not _is_page(request):
            return cast(HttpResponseBase, await get_response(request))
        await sync_to_async(_speak)(request)
        response: HttpResponseBase = await get_response(request)
        await sync_to_async(_keep)(request, response)
        return response

    return async_middleware if iscoroutinefunction(get_response) else middleware
