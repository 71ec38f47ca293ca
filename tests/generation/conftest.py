"""Three people at a running site. One site for all tests of this folder, on each database: they leave it standing."""

from collections.abc import Iterator

import pytest

from tests.chat import Chat
from tests.databases import Template
from tests.serving import serving
from tests.site import Site
from tests.upstream import Upstream


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Site]:
    """A site that runs as long as the tests do, the scripted upstream its default provider."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    data = tmp_path_factory.mktemp("standing") / "data"
    with serving(template, data, upstream_process) as running:
        yield running


@pytest.fixture
def alice(standing: Site, upstream: Upstream) -> Chat:
    """The owner."""
    return Chat(standing.url, standing.user("alice"))


@pytest.fixture
def bob(standing: Site) -> Chat:
    """A colleague."""
    return Chat(standing.url, standing.user("bob"))


@pytest.fixture
def nobody(standing: Site) -> Chat:
    """Not signed in."""
    return Chat(standing.url, None)
