"""Three people, and a browser for each."""

from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from chatsite.accounts.models import User
from tests.people import PASSWORD


@pytest.fixture(autouse=True)
def without_connections_left() -> Iterator[None]:
    """The thread of sync_to_async keeps its connection: PostgreSQL would not let the test database be dropped."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


def _person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.capitalize())


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin@example.org", PASSWORD)


@pytest.fixture
def alice(db: None) -> User:
    """The owner."""
    return _person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """A colleague."""
    return _person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger."""
    return _person("charlie")
