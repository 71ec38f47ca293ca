"""What the two folders with a browser share: which one it is, and a site that stands as long as their tests do."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.catalog import chromium
from tests.databases import Template
from tests.serving import serving
from tests.site import Site
from tests.upstream import Upstream


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium. lan.test is a name on which a browser does not trust plain HTTP, unlike 127.0.0.1."""
    args = ["--no-sandbox", "--host-resolver-rules=MAP lan.test 127.0.0.1"]
    return browser_type_launch_args | {"executable_path": chromium(), "args": args}


@pytest.fixture(scope="session")
def standing(
    sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Site]:
    """For tests that leave it standing. On SQLite: a browser does not know which database is behind a site."""
    data = tmp_path_factory.mktemp("standing") / "data"
    with serving(sqlite_template, data, upstream_process) as running:
        yield running
