"""The first visit makes the administrator: once, and not for a stranger."""

import re
import threading
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest
from django.test import AsyncClient, RequestFactory
from pytest_django import Settings

from chatsite.accounts import setup
from chatsite.accounts.models import User
from chatsite.edge.forwarded import believe
from tests.accounts.browser import Browser

ACCOUNT = {"name": "Ada", "email": "Ada@Example.org", "password": "correct horse battery"}
AWAY: Any = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/c/1", "/accounts/login/", "/accounts/signup/", "/connect", "/nowhere"])
def test_every_page_leads_to_set_up_while_nobody_has_an_account(path: str) -> None:
    assert Browser().get(path).headers["Location"] == "/setup"
    assert Browser().post(path).headers["Location"] == "/setup"


@pytest.mark.django_db
def test_programs_are_told_in_their_own_words(alice: User) -> None:
    User.objects.all().delete()
    assert Browser().get("/api/me").json()["code"] == 40101


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_too() -> None:
    client = AsyncClient()
    assert (await client.get("/accounts/login/")).headers["Location"] == "/setup"
    await User.objects.acreate(email="ada@example.org")
    assert (await client.get("/accounts/login/")).status_code == 200


@pytest.mark.django_db
def test_once_there_is_an_account_pages_ask_no_more(alice: User, django_assert_num_queries: Any) -> None:
    assert setup.is_set_up()
    with django_assert_num_queries(0):
        assert Browser().get("/accounts/password/reset/").status_code == 200


@pytest.mark.django_db
def test_the_first_visitor_becomes_the_administrator_and_is_signed_in() -> None:
    browser = Browser()
    answer = browser.fill_in("/setup", **ACCOUNT)
    assert answer.headers["Location"] == "/"
    user = User.objects.get()
    assert (user.email, user.name, user.is_superuser) == ("ada@example.org", "Ada", True)
    assert browser.get("/api/me").json()["isAdmin"] is True


@pytest.mark.django_db
def test_the_page_is_gone_afterwards(alice: User) -> None:
    browser = Browser()
    assert browser.get("/setup").headers["Location"] == "/"
    assert browser.fill_in("/setup", **ACCOUNT).headers["Location"] == "/"
    assert list(User.objects.all()) == [alice]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("email", "nobody", "valid email"),
        ("email", "", "required"),
        ("email", "a\x00@example.org", "Null characters"),
        ("password", "short", "too short"),
        ("password", "1234567890", "too common"),
        ("password", "", "required"),
        ("name", "x" * 151, "at most 150"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(field: str, value: str, told: str) -> None:
    answer = Browser().fill_in("/setup", **ACCOUNT | {field: value})
    page = answer.content.decode()
    error = re.search(rf'<p class="error" id="id_{field}_error">(.*?)</p>', page)
    assert error
    assert told in error[1]
    assert re.search(rf'<input[^>]*name="{field}"[^>]*aria-invalid="true"[^>]*', page)
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_first_visitors_at_once_one_wins() -> None:
    start = threading.Barrier(2)
    landed = []

    def visit(name: str) -> None:
        browser = Browser()
        browser.csrf  # noqa: B018 - so that both come with a cookie
        start.wait()
        try:
            answer = browser.fill_in("/setup", **ACCOUNT | {"email": f"{name}@example.org"})
            landed.append(answer.headers["Location"])
        finally:
            connections.close_all()

    visitors = [threading.Thread(target=visit, args=(name,)) for name in ("ada", "eve")]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert User.objects.count() == 1
    assert "/" in landed
    assert len(landed) == 2


@pytest.mark.django_db
def test_the_second_of_two_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser()
    browser.get("/setup")
    User.objects.create_superuser("eve@example.org", "correct horse battery")
    monkeypatch.setattr(setup, "is_set_up", lambda: False)
    answer = browser.fill_in("/setup", **ACCOUNT)
    assert answer.headers["Location"] == "/accounts/login/"
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_from_elsewhere_a_code_from_the_log_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser()
    assert 'name="code"' not in browser.get("/setup").content.decode()
    assert "Set-up code" not in caplog.text
    assert 'name="code"' in browser.get("/setup", **AWAY).content.decode()
    code = re.search(r"Set-up code: (\S+)", caplog.text)
    assert code
    fields = ACCOUNT | {"csrfmiddlewaretoken": browser.csrf["X-CSRFToken"]}
    for wrong in ("", "BCDF-GHJK", "x" * 41, "ÄÖÜ", code[1][:-1]):
        browser.post("/setup", fields | {"code": wrong}, **AWAY)
        assert not User.objects.exists()
    browser.post("/setup", fields | {"code": code[1].lower().replace("-", " ")}, **AWAY)
    assert User.objects.exists()


@pytest.mark.django_db
def test_the_log_is_not_flooded_with_it(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        Browser().get("/setup", **AWAY)
    assert caplog.text.count("Set-up code") == 1


@pytest.mark.django_db
def test_the_code_cannot_be_tried_out() -> None:
    browser = Browser()
    fields = ACCOUNT | {"csrfmiddlewaretoken": browser.csrf["X-CSRFToken"]}
    for _ in range(10):
        browser.post("/setup", fields | {"code": "BCDF-GHJK"}, **AWAY)
    answer = browser.post("/setup", fields | {"code": setup.code()}, **AWAY)
    assert "Too many attempts" in answer.content.decode()
    assert not User.objects.exists()


def visit(host: str = "localhost:8000", version: str = "1.1", **meta: Any) -> HttpRequest:
    request = RequestFactory(**{"REMOTE_ADDR": "127.0.0.1", **meta}).get("/setup", headers={"Host": host})
    request.scope = {"http_version": version}  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1"])
def test_the_machine_itself_is_believed(host: str, address: str) -> None:
    assert not setup.asks_code(visit(host, REMOTE_ADDR=address))


@pytest.mark.parametrize(
    "request_",
    [
        visit(REMOTE_ADDR="10.0.0.2"),
        visit(REMOTE_ADDR=""),
        visit(REMOTE_ADDR="localhost.evil.example"),
        visit("chat.example.org"),
        visit("127.0.0.1.evil.example"),
        visit(HTTP_X_FORWARDED_FOR="127.0.0.1"),
        visit(HTTP_X_REAL_IP="192.0.2.7"),
        visit(HTTP_FORWARDED="for=127.0.0.1"),
        visit(HTTP_VIA="1.1 proxy"),
        visit(version="1.0"),
    ],
)
def test_whoever_may_be_somebody_else_is_asked_for_the_code(request_: HttpRequest, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert setup.asks_code(request_)


def test_a_proxy_is_known_by_headers_that_the_edge_has_taken_away() -> None:
    request = visit()
    scope = {"type": "http", "client": ["127.0.0.1", 5], "headers": [(b"x-forwarded-for", b"192.0.2.7")]}
    believe(scope, [])
    request.scope = scope  # type: ignore[attr-defined]
    assert setup.asks_code(request)


@pytest.mark.parametrize(("url", "asked"), [("https://chat.example.org", True), ("http://localhost:8000", False)])
def test_a_public_address_has_a_proxy_before_it(settings: Settings, url: str, asked: bool) -> None:
    settings.SITE_URL = url
    assert setup.asks_code(visit()) is asked
