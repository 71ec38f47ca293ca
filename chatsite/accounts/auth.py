"""Who is asking: the only reader of Authorization.

`required` is the `auth=` of Ninja's operations, `signed_in` that of calls a program may not make.
A bearer is looked at before the cookie, and a wrong one is refused even beside a good cookie.
"""

from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from ninja.utils import check_csrf

from chatsite.accounts import tokens
from chatsite.accounts.models import ApiKey, Scope, User
from chatsite.accounts.principal import AuthenticatedRequest, Principal
from chatsite.accounts.revocation import revoked
from chatsite.errors import ApiError

__all__ = [
    "AuthenticatedRequest",
    "Principal",
    "by_cookie",
    "by_session",
    "need",
    "required",
    "revoked",
    "signed_in",
]

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


def required(request: HttpRequest) -> Principal | None:
    """Ninja auth callable; a bearer costs one query. None is answered 40101.

    ApiError 40102 for an expired access token, 40103 for any other bearer that opens nothing, 40301 for a write by
    cookie without its CSRF token, 40302 for a key without the scope: `read` to look, `chat` for everything else.
    """
    bearer = _bearer(request)
    if bearer is None:
        return by_cookie(request)
    if not bearer.startswith("sk-"):
        return _by_access_token(bearer)
    principal = _by_key(bearer)
    need(principal, Scope.READ if request.method in SAFE else Scope.CHAT)
    return principal


def signed_in(request: HttpRequest) -> Principal | None:
    """The same for what a program's key must not do, such as making more keys (40302)."""
    principal = required(request)
    if principal and principal.way == "key":
        raise ApiError(40302, "An API key cannot do this: sign in.")
    return principal


def by_cookie(request: HttpRequest) -> Principal | None:
    """The session cookie alone, whatever else was sent. Writes must come from a page of ours (40301)."""
    principal = by_session(request)
    if principal and request.method not in SAFE and check_csrf(request) is not None:
        raise ApiError(40301, "The CSRF token is missing or wrong: reload the page.")
    return principal


def by_session(request: HttpRequest) -> Principal | None:
    """The user of the request's session (any request that has one), deactivated ones excepted."""
    user = get_user(request)
    key = request.session.session_key
    return Principal(user, "session", key) if isinstance(user, User) and key else None


def need(principal: Principal, scope: Scope) -> None:
    """Refuse what the credential was not made for (40302). `admin` also asks for an administrator behind it."""
    if scope not in principal.scopes:
        raise ApiError(40302, f"This API key lacks the scope {scope.value!r}.")
    if scope is Scope.ADMIN and not principal.user.is_superuser:
        raise ApiError(40302, "Only an administrator may do this.")


def _bearer(request: HttpRequest) -> str | None:
    """The credential of `Authorization: Bearer …` or of a header named `token`.

    Other schemes are not for us: a proxy that asks for Basic makes the browser send it with every request.
    """
    scheme, _, credential = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return credential.strip()
    credential = request.headers.get("token", "").strip()
    return credential.removeprefix("Bearer ").strip() or None


def _by_access_token(token: str) -> Principal:
    claims = tokens.read(token)
    user = User.objects.signed_in(claims.user_id, claims.session_key)
    if user is None or not constant_time_compare(user.get_session_auth_hash(), claims.password_hash):
        raise ApiError(40103, "The access token is no longer valid: sign in again.")
    return Principal(user, "access", claims.session_key)


def _by_key(secret: str) -> Principal:
    key = ApiKey.objects.opened_by(secret)
    if key is None:
        raise ApiError(40103, "The API key is not valid.")
    key.used()
    return Principal(key.user, "key", key.pk.hex, frozenset(key.scopes))
