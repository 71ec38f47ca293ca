"""/healthz and /readyz."""

import pytest
from django.db import connection
from django.test import Client


def test_a_process_that_answers_lives(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_migrated_database_makes_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_database_of_an_older_version_does_not(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, 50301)


@pytest.mark.django_db
def test_a_database_without_any_table_does_not(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_neither_may_be_cached_or_posted_to(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    if path == "/healthz":
        assert "no-store" in client.get(path)["Cache-Control"]
