"""The environment's models: found in the background, noted once, whoever is first."""

import threading
from collections.abc import Callable

import pytest
from pytest_django import Settings
from uuid_utils.compat import uuid7

from chatsite.providers import discovery
from chatsite.providers.environment import environment
from chatsite.providers.models import Model, Provider, offered
from chatsite.providers.probe import Listed
from tests.ports import free_port
from tests.upstream import Upstream

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]


@pytest.fixture
def configured(settings: Settings, upstream: Upstream) -> Settings:
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = upstream.base_url, "sk-environment"
    return settings


def eventually(there: Callable[[], bool], seconds: float = 20) -> None:
    """The work of another thread, waited for by looking."""
    gone_by = threading.Event()
    for _ in range(int(seconds * 20)):
        if there():
            return
        gone_by.wait(0.05)
    raise AssertionError("it did not come about")


def test_the_models_are_noted(configured: Settings) -> None:
    known = environment()
    assert known
    discovery.remember(known)
    assert [offer.id for offer in offered(uuid7())] == ["scripted", "other"]
    assert Provider.objects.get().name == known.base_url.split("/")[2]


def test_asking_twice_changes_nothing(configured: Settings) -> None:
    known = environment()
    assert known
    discovery.remember(known)
    before = list(Model.objects.values())
    discovery.remember(known)
    assert list(Model.objects.values()) == before


def test_the_models_named_in_the_environment_need_no_asking(settings: Settings) -> None:
    settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"
    settings.OFFERED_MODELS = ["b", "a"]
    known = environment()
    assert known
    discovery.remember(known)
    assert [offer.id for offer in offered(uuid7())] == ["b", "a"]


def test_a_forgotten_v1_is_named_in_the_log(
    settings: Settings, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OPENAI_BASE_URL = upstream.base_url.removesuffix("/v1")
    known = environment()
    assert known
    discovery.remember(known)
    assert f"OPENAI_BASE_URL should be {upstream.base_url}" in caplog.text


def test_several_processes_may_note_at_the_same_time(configured: Settings) -> None:
    known = environment()
    assert known
    start = threading.Barrier(4)

    def note() -> None:
        start.wait()
        discovery._guarded(lambda: discovery.keep(known, Listed(known.base_url, ("a", "b"), frozenset("ab"))))

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Provider.objects.count() == 1
    assert Model.objects.count() == 2


def test_a_provider_that_is_not_there_is_asked_again(
    configured: Settings, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = environment()
    assert known
    upstream.stop()
    assert not discovery._guarded(lambda: discovery.remember(known))
    assert "did not tell its models: refused" in caplog.text
    assert "sk-environment" not in caplog.text
    upstream.start()
    assert discovery._guarded(lambda: discovery.remember(known))


def test_models_named_in_the_environment_are_noted_once_and_for_all(settings: Settings, upstream: Upstream) -> None:
    settings.OPENAI_BASE_URL, settings.OFFERED_MODELS = upstream.base_url, ["one"]
    discovery.keep_up()
    assert Model.objects.get().pk == "one"


def test_without_a_provider_in_the_environment_there_is_nothing_to_keep_up() -> None:
    discovery.keep_up()
    assert not Provider.objects.exists()


def test_the_models_come_as_soon_as_the_provider_is_there(
    configured: Settings, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.stop()
    waited = threading.Event()
    monkeypatch.setattr(discovery, "_wait", lambda seconds: waited.set())
    thread = threading.Thread(target=discovery.keep_up, daemon=True)
    thread.start()
    assert waited.wait(20)
    upstream.start()
    eventually(Model.objects.filter(pk="scripted").exists)
    configured.OPENAI_BASE_URL = configured.OPENAI_API_KEY = ""
    thread.join(20)
    assert not thread.is_alive()
