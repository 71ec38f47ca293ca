"""Faults are injected into real parts: kills, pauses, cuts, full disks. Figures go through tests.bench.kit.figures.

`site` (tests/conftest.py) is a server of the test's own, on SQLite and again on PostgreSQL; `tables.on_sqlite` keeps
a test to one, where the fault has nothing to do with the database.
"""

from collections.abc import Iterator

import pytest

from tests.chat import Chat
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Chat:
    """The owner, at the site."""
    return Chat(site.url, site.user("alice"))


@pytest.fixture
def beside(site: Site) -> Iterator[Site]:
    """A second process on the site's data and database."""
    with site.beside() as other:
        yield other


@pytest.fixture
def alice_beside(beside: Site) -> Chat:
    """The owner, at the second process."""
    return Chat(beside.url, beside.user("alice"))
