"""What tests of every room share: a running site, the scripted upstream, both databases. See tests/site.py."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from chatsite.accounts import setup
from tests.databases import Template
from tests.postgres import ADDRESS, binaries, served
from tests.site import Site
from tests.upstream import Upstream

CI = os.environ.get("CI") == "true"

# How long an example takes says something of the machine, nothing of the code.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def data_folder() -> Iterator[None]:
    """What ./run makes; the database of tests that need no server lies in it on SQLite."""
    settings.DATA_DIR.mkdir(mode=0o700)
    yield
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)  # a thread may just be closing its connection


@pytest.fixture(autouse=True)
def as_just_started(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a process remembers does not outlive the test: that the site is set up, how often one tried, a language."""
    translation.activate("en")
    monkeypatch.setattr(setup, "_set_up", False)
    monkeypatch.setattr(setup, "_announced", float("-inf"))
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server on which tests may make databases: the one of the run, or one for this process."""
    if given := os.environ.get(ADDRESS):
        yield given
        return
    if not binaries() and not CI:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The database every site on SQLite begins with."""
    return Template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Template]:
    """The database every site on PostgreSQL begins with."""
    made = Template(tmp_path_factory.mktemp("postgres"), postgres)
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "postgres"])
def template(request: pytest.FixtureRequest) -> Template:
    """Makes a test run twice, once on each database."""
    found = request.getfixturevalue(f"{request.param}_template")
    assert isinstance(found, Template)
    return found


@pytest.fixture
def database_url(template: Template, tmp_path: Path) -> Iterator[str]:
    """A fresh database with EVERYBODY in it, on SQLite and again on PostgreSQL."""
    with template.copy(tmp_path / "data") as url:
        yield url


@pytest.fixture(scope="session")
def upstream_process() -> Iterator[Upstream]:
    """One scripted upstream for all tests of this process; take `upstream`."""
    with Upstream() as running:
        yield running


@pytest.fixture
def upstream(upstream_process: Upstream) -> Upstream:
    """The scripted upstream, as new."""
    if upstream_process.pid is None:
        upstream_process.start()
    upstream_process.reset()
    return upstream_process


@pytest.fixture
def site(template: Template, database_url: str, tmp_path: Path, upstream: Upstream) -> Iterator[Site]:
    """A running site on a fresh database, the scripted upstream its default provider."""
    env = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-upstream"}
    with Site(tmp_path / "data", database_url, env, template.people) as running:
        yield running
