"""A text column that the database only ever sees encrypted."""

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(*secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    """A key of its own for this purpose, so that nothing signed or encrypted elsewhere with SECRET_KEY fits here."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chatsite.providers.secret")
    return base64.urlsafe_b64encode(hkdf.derive(secret.encode()))


def cipher() -> MultiFernet:
    """Encrypts with SECRET_KEY, decrypts with it and with what it was before (CHATSITE_OLD_SECRET_KEYS)."""
    return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


if TYPE_CHECKING:
    _Text = models.TextField[str | None, str | None]
else:  # a type parameter means something to the type checker alone
    _Text = models.TextField


class SecretField(_Text):
    """Text in Python, a Fernet token in the database. "" stays "".

    None is read where the stored token was made with a SECRET_KEY that is no longer known: whoever shows or uses the
    value has to say so. Never filter by it: every encryption of a text is another token.
    """

    def get_prep_value(self, value: Any) -> Any:
        return cipher().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if not value:
            return ""
        try:
            return cipher().decrypt(value).decode()
        except InvalidToken:
            return None
