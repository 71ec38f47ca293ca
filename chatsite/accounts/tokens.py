"""Access tokens: short-lived proof, for the page's own scripts, that a session is signed in.

A token is a JWT (HS256) that names the user, the session it came from and the password it was issued under, so that
sign-out, deactivation and a change of password end it at once. Its key is derived from SECRET_KEY for this use alone.
"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from os import urandom
from typing import NamedTuple
from uuid import UUID

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from chatsite.accounts.models import User
from chatsite.errors import ApiError

LEEWAY = 5  # seconds by which the clocks of two of our machines may differ
NONCE = 12  # bytes, as GCM has them


class Claims(NamedTuple):
    user_id: UUID
    session_key: str
    password_hash: str


@cache
def _key(purpose: str, secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"chatsite {purpose}".encode()).derive(secret.encode())


def _sealed(session_key: str) -> str:
    """The session's key is what the HttpOnly cookie holds: scripts may carry it, never read it."""
    nonce = urandom(NONCE)
    box = AESGCM(_key("session in access token", settings.SECRET_KEY))
    return urlsafe_b64encode(nonce + box.encrypt(nonce, session_key.encode(), None)).decode()


def _opened(sealed: str) -> str:
    raw = urlsafe_b64decode(sealed)
    box = AESGCM(_key("session in access token", settings.SECRET_KEY))
    return box.decrypt(raw[:NONCE], raw[NONCE:], None).decode()


def issue(user: User, session_key: str) -> str:
    now = int(time.time())
    claims = {
        "sub": str(user.pk),
        "sid": _sealed(session_key),
        "pwd": user.get_session_auth_hash(),
        "iat": now,
        "exp": now + settings.ACCESS_TOKEN_SECONDS,
    }
    return jwt.encode(claims, _key("access token", settings.SECRET_KEY), algorithm="HS256")


def read(token: str) -> Claims:
    """What a token of ours says, unchecked against the database. ApiError 40102 expired, 40103 anything else."""
    try:
        said = jwt.decode(
            token,
            _key("access token", settings.SECRET_KEY),
            algorithms=["HS256"],
            leeway=LEEWAY,
            options={"require": ["sub", "sid", "pwd", "iat", "exp"]},
        )
        return Claims(UUID(said["sub"]), _opened(said["sid"]), said["pwd"])
    except jwt.ExpiredSignatureError:
        raise ApiError(40102, "The access token has expired: fetch a new one.") from None
    except (jwt.InvalidTokenError, InvalidTag, ValueError):
        raise ApiError(40103, "The access token is not valid.") from None
