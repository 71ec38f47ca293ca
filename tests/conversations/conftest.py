"""The owner and a colleague."""

import pytest

from tests.conversations.people import Person


@pytest.fixture
def alice(db: None) -> Person:
    return Person("alice")


@pytest.fixture
def bob(alice: Person) -> Person:
    return Person("bob")
