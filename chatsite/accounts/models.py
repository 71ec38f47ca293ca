"""People, and the keys their programs use."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from chatsite import sql

# A key's `last_used` is for people who wonder whether it may go: writing it at every request would cost a commit each.
LAST_USED_PRECISION = timedelta(minutes=5)


class AlreadySetUp(Exception):
    """Somebody has an account here already: the first visitor has been."""


class People(BaseUserManager["User"]):
    """Users are known by their e-mail address, kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self._made(email, password, **fields)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def create_first(self, email: str, password: str, name: str = "") -> "User":
        """The administrator, while nobody has an account; AlreadySetUp afterwards. Of two callers at once one wins."""
        user = self._made(email, password, name=name, is_superuser=True)
        with transaction.atomic():
            # SQLite has begun with BEGIN IMMEDIATE, so nobody else writes. PostgreSQL must be told.
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f'LOCK TABLE "{self.model._meta.db_table}" IN EXCLUSIVE MODE')
            if self.exists():
                raise AlreadySetUp
            user.save(using=self._db)
        return user

    def signed_in(self, user_id: UUID, session_key: str) -> "User | None":
        """The active user of a session that has not ended.

        By hand, because every request of a page asks it.
        """
        return sql.first(
            User,
            f"""SELECT {sql.columns(User, "u")} FROM {User._meta.db_table} u
                WHERE u.id = %s AND u.is_active AND EXISTS (
                    SELECT 1 FROM {Session._meta.db_table} s
                    WHERE s.session_key = %s AND s.expire_date > CURRENT_TIMESTAMP)""",
            [sql.key(user_id), session_key],
        )

    def _made(self, email: str, password: str | None, **fields: object) -> "User":
        """Not yet saved. Hashing takes long on purpose and has no place inside a transaction."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in. `is_superuser` is the administrator."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Scope(models.TextChoices):
    """What an API key may do: look, change what its owner may change, or administer."""

    READ = "read"
    CHAT = "chat"
    ADMIN = "admin"


class Keys(models.Manager["ApiKey"]):
    def issue(
        self, user: User, name: str, scopes: Sequence[str], expires: datetime | None = None
    ) -> tuple["ApiKey", str]:
        """A new key and its secret. The secret is in no table: this is the one time it can be shown."""
        secret = "sk-" + token_urlsafe(32)
        fields = {"name": name, "scopes": sorted(set(scopes)), "expires": expires}
        return self.create(user=user, prefix=secret[:10], digest=digest(secret), **fields), secret

    def opened_by(self, secret: str) -> "ApiKey | None":
        """The live key of this secret and its user; by hand as in `People.signed_in`, programs ask it all the time."""
        found = sql.pair(
            ApiKey,
            User,
            f"""SELECT {sql.columns(ApiKey, "k")}, {sql.columns(User, "u")}
                FROM {ApiKey._meta.db_table} k JOIN {User._meta.db_table} u ON u.id = k.user_id
                WHERE k.digest = %s AND k.revoked IS NULL AND u.is_active
                AND (k.expires IS NULL OR k.expires > CURRENT_TIMESTAMP)""",
            [digest(secret)],
        )
        if found is None:
            return None
        key, user = found
        key.user = user
        return key

    def live(self) -> models.QuerySet["ApiKey"]:
        now = timezone.now()
        return self.filter(Q(expires=None) | Q(expires__gt=now), revoked=None, user__is_active=True)


def digest(secret: str) -> str:
    """SHA-256 in hex. The secret is 256 random bits, so it needs no salt and no slow hash."""
    return sha256(secret.encode()).hexdigest()


class ApiKey(models.Model):
    """A program's credential. Rows stay after revocation: they say who had access, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)

    objects: ClassVar[Keys] = Keys()

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    def used(self) -> None:
        """Note the use, now and then. For that a database that can't write (full, locked) may not keep anybody out."""
        now = timezone.now()
        if self.last_used and now - self.last_used < LAST_USED_PRECISION:
            return
        try:
            with _impatience(), transaction.atomic():
                ApiKey.objects.filter(pk=self.pk).update(last_used=now)
        except DatabaseError:
            pass


@contextmanager
def _impatience() -> Iterator[None]:
    """On SQLite, who finds the database locked waits 50 ms for it and not, as everybody else, half a minute."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 50")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience:d}")
