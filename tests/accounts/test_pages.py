"""Signing in, up and out, and passwords: without JavaScript, in two languages, telling strangers nothing."""

import re
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings

from chatsite.accounts.models import User
from tests.accounts.browser import Browser
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "staple battery horse"


def text(answer: Any) -> str:
    page: str = answer.content.decode()
    return page


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **fields: str) -> Any:
    return browser.fill_in("/accounts/login/", login=email, password=password, **fields)


def signed_in(browser: Browser) -> bool:
    return browser.get("/api/me").status_code == 200


def without_chance(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|name="login" value=|nonce=)"[^"]*"', "", page)


def test_one_signs_in_with_address_and_password(alice: User) -> None:
    browser = Browser()
    assert sign_in(browser, " ALICE@example.org ").headers["Location"] == "/"
    assert signed_in(browser)


def test_one_comes_back_to_where_one_wanted_to_go_but_never_to_another_site(alice: User) -> None:
    for wanted, landed in (("/c/1", "/c/1"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        browser = Browser()
        assert f'name="next" value="{wanted}"' in text(browser.get("/accounts/login/", {"next": wanted}))
        assert sign_in(browser, alice.email, next=wanted).headers["Location"] == landed


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(alice: User) -> None:
    pages = [text(sign_in(Browser(), email, "wrong password")) for email in (alice.email, "nobody@example.org")]
    assert "The e-mail address or the password is wrong." in pages[0]
    assert without_chance(pages[0]) == without_chance(pages[1])


def test_an_unknown_address_is_hashed_for_too(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the time would tell."""
    hashed: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    sign_in(Browser(), "nobody@example.org", "wrong password")
    assert hashed == ["wrong password"]


def test_passwords_cannot_be_tried_out(alice: User) -> None:
    for _ in range(5):
        sign_in(Browser(), alice.email, "wrong password")
    browser = Browser()
    assert "Too many attempts" in text(sign_in(browser, alice.email))
    assert not signed_in(browser)


def test_a_deactivated_user_learns_so_only_with_the_right_password(alice: User) -> None:
    User.objects.update(is_active=False)
    assert "wrong" in text(sign_in(Browser(), alice.email, "wrong password"))
    browser = Browser()
    assert sign_in(browser, alice.email).headers["Location"] == "/accounts/inactive/"
    assert "Account deactivated" in text(browser.get("/accounts/inactive/"))
    assert not signed_in(browser)


def test_one_signs_up_and_is_in(alice: User) -> None:
    browser = Browser()
    answer = browser.fill_in("/accounts/signup/", name="Dora 朵拉", email="Dora@Example.org", password1=NEW)
    assert answer.headers["Location"] == "/"
    dora = User.objects.get(email="dora@example.org")
    assert (dora.name, dora.is_superuser) == ("Dora 朵拉", False)
    assert signed_in(browser)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"password1": "short"}, "too short"),
        ({"email": "nobody"}, "valid email"),
        ({"email": "Alice@example.org"}, "cannot be used here"),
    ],
)
def test_signing_up_wrongly_is_told_beside_the_field(alice: User, fields: dict[str, str], told: str) -> None:
    fields = {"email": "dora@example.org", "password1": NEW, "name": "", **fields}
    page = text(Browser().fill_in("/accounts/signup/", **fields))
    error = re.search(r'<p class="error" id="id_\w+_error">(.*?)</p>', page)
    assert error
    assert told in error[1]
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_up_with_one_address_at_once_one_has_it(alice: User) -> None:
    start, statuses = threading.Barrier(2), []

    def visit() -> None:
        browser = Browser()
        browser.csrf  # noqa: B018 - so that both come with a cookie
        start.wait()
        try:
            statuses.append(
                browser.fill_in("/accounts/signup/", name="", email="dora@example.org", password1=NEW).status_code
            )
        finally:
            connections.close_all()

    visitors = [threading.Thread(target=visit) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(statuses) == 2
    assert all(status in (200, 302) for status in statuses)
    assert User.objects.filter(email="dora@example.org").count() == 1


def test_sign_up_can_be_closed(alice: User, settings: Settings) -> None:
    assert "/accounts/signup/" in text(Browser().get("/accounts/login/"))
    settings.SIGNUP_OPEN = False
    assert "/accounts/signup/" not in text(Browser().get("/accounts/login/"))
    assert "Sign-up is closed" in text(Browser().get("/accounts/signup/"))
    browser = Browser()
    assert "Sign-up is closed" in text(
        browser.fill_in("/accounts/signup/", name="", email="dora@example.org", password1=NEW)
    )
    assert User.objects.count() == 1


def test_one_signs_out_by_a_form_and_never_by_a_link(alice: User) -> None:
    browser = Browser(alice)
    assert "alice@example.org" in text(browser.get("/accounts/logout/"))
    assert signed_in(browser)
    assert browser.fill_in("/accounts/logout/").headers["Location"] == "/"
    assert not signed_in(browser)


def test_changing_the_password_needs_the_current_one_and_says_so_when_done(alice: User) -> None:
    browser = Browser(alice)
    path = "/accounts/password/change/"
    wrong = text(browser.fill_in(path, oldpassword="wrong password", password1=NEW))
    assert "This is not your current password." in wrong
    browser.fill_in(path, oldpassword=PASSWORD, password1=NEW)
    assert "Password successfully changed" in text(browser.get(path))
    assert Browser().fill_in("/accounts/login/", login=alice.email, password=NEW).status_code == 302


def test_nobody_changes_a_password_signed_out(alice: User) -> None:
    location = Browser().get("/accounts/password/change/").headers["Location"]
    assert location == "/accounts/login/?next=/accounts/password/change/"


def test_a_forgotten_password_is_the_administrators_business(alice: User) -> None:
    page = text(Browser().get("/accounts/password/reset/"))
    assert "Ask its administrator" in page
    assert "reset_password" in page


def link(capsys: pytest.CaptureFixture[str], user: User) -> str:
    capsys.readouterr()
    call_command("reset_password", user.email)
    return capsys.readouterr().out.strip().removeprefix("http://127.0.0.1:8000")


def test_the_administrators_link_works_once(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere, browser = Browser(alice), Browser()
    path = link(capsys, alice)
    form = browser.get(path).headers["Location"]
    assert browser.fill_in(form, password1="short").status_code == 200
    assert browser.fill_in(form, password1=NEW).headers["Location"] == "/accounts/password/reset/key/done/"
    assert "Sign in with the new one." in text(browser.get("/accounts/password/reset/key/done/"))
    assert not signed_in(elsewhere)
    assert "This link no longer works" in text(Browser().get(path))
    assert sign_in(Browser(), alice.email, NEW).status_code == 302


def test_the_administrators_link_ends_after_a_day(
    alice: User, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    path = link(capsys, alice)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link no longer works" in text(Browser().get(path))


def test_somebody_elses_link_cannot_be_made_of_ones_own(
    alice: User, bob: User, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = link(capsys, bob).replace(bob.pk.hex, alice.pk.hex)
    assert "This link no longer works" in text(Browser().get(forged))


def test_a_form_from_elsewhere_is_refused_in_words(alice: User) -> None:
    answer = Browser().post("/accounts/login/", {}, headers={"Origin": "https://chat.example.org"})
    assert answer.status_code == 403
    assert "CHATSITE_URL" in text(answer)
    assert "https://chat.example.org" in text(answer)


def test_the_language_is_the_browsers_until_one_is_chosen(alice: User) -> None:
    browser = Browser()
    assert '<html lang="zh-hans">' in text(browser.get("/accounts/login/", headers={"Accept-Language": "zh-CN,en"}))
    answer = browser.fill_in("/language", language="zh-hans", next="/accounts/login/")
    assert answer.headers["Location"] == "/accounts/login/"
    assert '<html lang="zh-hans">' in text(browser.get("/accounts/login/"))


def test_the_language_switch_leads_to_no_other_site(alice: User) -> None:
    answer = Browser().fill_in("/language", language="zh-hans", next="https://evil.example/")
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere"])
def test_pages_have_no_script_but_that_of_the_theme_and_say_what_belongs_in_each_field(alice: User, path: str) -> None:
    page = text(Browser().get(path))
    assert page.count("<script") == 1
    assert re.search(r'<script nonce="[^"]+">\s*try \{\s*const theme', page)
    assert "style=" not in page
    for field in re.findall(r"<input (?![^>]*hidden)[^>]*>", page):
        name = re.search(r' id="(\w+)"', field)
        assert name
        assert f'<label for="{name[1]}">' in page
        assert "autocomplete=" in field
