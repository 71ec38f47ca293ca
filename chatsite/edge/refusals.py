"""Errors below /api and /v1 are JSON whoever raised them; an unknown host is told which setting names the site."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from chatsite.errors import ApiError

logger = logging.getLogger(__name__)

MESSAGES = {
    400: (40002, "The request is not valid."),
    403: (40301, "This is not allowed from here: reload the page."),
    404: (40401, "There is nothing here, or it is not yours."),
    405: (40501, "This method is not for this address."),
    413: (41301, "The body is too large."),
    500: (50001, "Something went wrong here. It is in the log."),
}
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


def in_our_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost."""

    def respond(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return _unknown_host(request)
        response = get_response(request)
        return _as_json(response) if response.status_code >= 400 and is_api(request) else response

    return respond


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: no page is made only to be thrown away."""
    if is_api(request):
        return ApiError(*MESSAGES[404]).response()
    return defaults.page_not_found(request, exception)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/v1/")) or request.path in ("/api", "/v1")


def _as_json(response: HttpResponse) -> HttpResponse:
    """What Django or Ninja refused in HTML or plain text."""
    if "json" in response.headers.get("Content-Type", ""):
        return response
    status = response.status_code
    code, msg = MESSAGES.get(status, (status * 100 + 1, response.reason_phrase))
    return ApiError(code, msg, headers={name: response[name] for name in KEPT if name in response}).response()


def _unknown_host(request: HttpRequest) -> HttpResponse:
    """Most often it is the administrator who meets this, on the day the site gets its name."""
    asked, known = request.META.get("HTTP_HOST", ""), settings.SITE_URL or "http://localhost"
    logger.warning("Asked for %r, which is no address of this site: CHATSITE_URL is %r", asked, settings.SITE_URL)
    if is_api(request):
        return ApiError(40004, f"{asked} is not an address of this site ({known}): CHATSITE_URL sets it.").response()
    return render(request, "unknown_host.html", {"asked": asked, "known": known}, status=400)
