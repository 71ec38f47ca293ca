"""Who asks, and by what."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest

from chatsite.accounts.models import Scope, User

EVERYTHING = frozenset(Scope.values)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, and by what: the credential can be revoked while an answer of theirs still streams.

    `user` is the row as it was when the request was let in. `credential` is the session's key (ways session and
    access) or the API key's id in hex (way key).
    """

    user: User
    way: Literal["session", "access", "key"]
    credential: str = field(repr=False)
    scopes: frozenset[str] = EVERYTHING


class AuthenticatedRequest(HttpRequest):
    """What ninja hands a view whose `auth` let it through."""

    auth: Principal
    scope: dict[str, Any]
