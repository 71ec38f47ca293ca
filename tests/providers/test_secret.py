"""Secrets in the database: encrypted, readable after SECRET_KEY was changed in the open, and never told."""

import logging

import pytest
from django.db import connection
from pytest_django import Settings

from chatsite.providers.discovery import renew_secrets
from chatsite.providers.models import Provider, Target
from chatsite.providers.secret import cipher

KEY = "sk-the-providers-secret"

pytestmark = pytest.mark.django_db


def stored(provider: Provider) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM providers_provider WHERE id = %s", [provider.pk])
        return str(cursor.fetchone()[0])


@pytest.fixture
def provider() -> Provider:
    return Provider.objects.create(name="Mine", base_url="http://localhost:1/v1", api_key=KEY)


def test_the_database_sees_only_a_token(provider: Provider) -> None:
    assert KEY not in stored(provider)
    assert cipher().decrypt(stored(provider)) == KEY.encode()
    assert Provider.objects.get().api_key == KEY


def test_the_same_key_is_another_token_every_time(provider: Provider) -> None:
    before = stored(provider)
    provider.save()
    assert stored(provider) != before


def test_nothing_stays_nothing() -> None:
    provider = Provider.objects.create(name="Local", base_url="http://localhost:1/v1")
    assert stored(provider) == ""
    assert Provider.objects.get().api_key == ""


def test_an_old_secret_key_still_reads(provider: Provider, settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 8
    assert Provider.objects.get().api_key == KEY


def test_after_renewal_the_old_secret_key_can_be_forgotten(provider: Provider, settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 8
    renew_secrets()
    settings.SECRET_KEY_FALLBACKS = []
    assert Provider.objects.get().api_key == KEY


def test_without_the_old_secret_key_the_value_is_none_and_the_row_says_so(
    provider: Provider, settings: Settings
) -> None:
    settings.SECRET_KEY = "another" * 8
    unreadable = Provider.objects.get()
    assert unreadable.api_key is None
    assert not unreadable.readable


def test_an_unreadable_secret_is_not_overwritten_by_renewal(provider: Provider, settings: Settings) -> None:
    before = stored(provider)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 8, ["a third" * 8]
    renew_secrets()
    assert stored(provider) == before


def test_no_repr_tells_it(provider: Provider) -> None:
    target = Target("m", "m", "http://localhost:1/v1", KEY, "http://user:" + KEY + "@proxy:1")
    assert KEY not in repr(target) + str(target) + repr(provider) + str(provider) + f"{provider.__class__}"


def test_queries_do_not_log_it(caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    settings.DEBUG = True
    with caplog.at_level(logging.DEBUG):
        Provider.objects.create(name="Mine", base_url="http://localhost:1/v1", api_key=KEY)
        Provider.objects.get()
    assert KEY not in caplog.text
