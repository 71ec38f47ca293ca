"""A running site of any test: a copy of the database, the scripted upstream its default provider."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.databases import Template
from tests.site import Site
from tests.upstream import Upstream

KEY = "sk-upstream"  # with which the site asks upstream


@contextmanager
def serving(
    template: Template,
    data: Path,
    upstream: Upstream,
    kind: type[Site] = Site,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Its data folder is `data`; `settings` are further variables of its environment."""
    env = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": KEY, **(settings or {})}
    with template.copy(data) as url, kind(data, url, env, template.people) as running:
        yield running
