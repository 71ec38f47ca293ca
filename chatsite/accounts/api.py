"""/api/me, /api/auth/token and /api/keys."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, ConfigDict, StringConstraints

from chatsite.accounts import auth, tokens
from chatsite.accounts.models import ApiKey, Scope
from chatsite.accounts.principal import AuthenticatedRequest
from chatsite.errors import ApiError, not_found

router = Router(tags=["accounts"])
ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
LONGEST = timedelta(days=36525)  # further on, an instant of year 9999 may have none in UTC
MOST_KEYS = 100  # live ones of one user


class NewKey(Schema):
    """`expires`: an instant with its time zone; null for a key that lasts until it is revoked."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=ONE_LINE)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = (Scope.READ, Scope.CHAT)
    expires: AwareDatetime | None = None


@router.get("/me", auth=auth.required)
def me(request: AuthenticatedRequest) -> dict[str, Any]:
    """Who I am, as the site knows me."""
    user = request.auth.user
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.display_name,
        "isAdmin": user.is_superuser,
        "language": get_language(),
    }


@router.post("/auth/token", auth=auth.by_cookie)
def access_token(request: AuthenticatedRequest, response: HttpResponse) -> dict[str, Any]:
    """An access token for the page's scripts, which keep it in memory only, and whose it is."""
    response["Cache-Control"] = "no-store"
    user = request.auth.user
    token = tokens.issue(user, request.auth.credential)
    return {"accessToken": token, "expiresIn": settings.ACCESS_TOKEN_SECONDS, "user": user.pk}


@router.get("/keys", auth=auth.signed_in)
def keys(request: AuthenticatedRequest) -> dict[str, Any]:
    """Own API keys that are not revoked, newest first. Their secrets are not kept."""
    rows = ApiKey.objects.filter(user=request.auth.user, revoked=None).order_by("-created", "-id")
    return {"keys": [_row(key) for key in rows]}


@router.post("/keys", auth=auth.signed_in, response={201: dict[str, Any]})
def create_key(request: AuthenticatedRequest, body: NewKey, response: HttpResponse) -> Status[dict[str, Any]]:
    """A new key. `key` is its secret, shown this once."""
    user = request.auth.user
    if Scope.ADMIN in body.scopes:
        auth.need(request.auth, Scope.ADMIN)
    if body.expires and not timedelta() < body.expires - timezone.now() < LONGEST:
        raise ApiError(42201, "expires: must lie in the future, within a hundred years")
    if ApiKey.objects.live().filter(user=user).count() >= MOST_KEYS:
        raise ApiError(42201, f"You have {MOST_KEYS} API keys: revoke one first.")
    key, secret = ApiKey.objects.issue(user, body.name, body.scopes, body.expires)
    response["Cache-Control"] = "no-store"
    return Status(201, {**_row(key), "key": secret})


@router.delete("/keys/{key_id}", auth=auth.signed_in, response={204: None})
def revoke_key(request: AuthenticatedRequest, key_id: UUID) -> Status[None]:
    """Revoke one of the own keys: it opens nothing from now on. A second time does no harm."""
    mine = ApiKey.objects.filter(user=request.auth.user, pk=key_id)
    if not mine.filter(revoked=None).update(revoked=timezone.now()) and not mine.exists():
        raise not_found()
    return Status(204, None)


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created": key.created,
        "expires": key.expires,
        "lastUsed": key.last_used,
    }
