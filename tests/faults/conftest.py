"""Faults are injected into real parts: kills, pauses, cuts, full disks. Figures go through tests.bench.kit.figures.

`site` (tests/conftest.py) is a server of the test's own, on SQLite and again on PostgreSQL; `tables.on_sqlite` keeps
a test to one, where the fault has nothing to do with the database. `pair` are two that stay.
"""

from collections.abc import Iterator

import pytest

from tests.chat import Chat
from tests.databases import Template
from tests.faults.pair import Pair
from tests.serving import serving
from tests.site import Site
from tests.upstream import Upstream


@pytest.fixture
def alice(site: Site) -> Chat:
    """The owner, at the site."""
    return Chat(site.url, site.user("alice"))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def standing_pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Pair]:
    """They run as long as the tests do; take `pair`."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    data = tmp_path_factory.mktemp("pair") / "data"
    with serving(template, data, upstream_process) as first, first.beside() as second:
        yield Pair(first, second)


@pytest.fixture
def pair(standing_pair: Pair, upstream: Upstream) -> Iterator[Pair]:
    """Two processes that stay; the scripted upstream, as new, is their default provider."""
    yield standing_pair
    for site in (standing_pair.first, standing_pair.second):
        site.cont()  # where a failure left it standing
