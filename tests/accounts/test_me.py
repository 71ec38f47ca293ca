"""Who one is and what one likes: told and changed by /api/me, and kept to by every page."""

from typing import Any, get_args

import pytest
from django.conf import settings

from chatsite.accounts.models import ApiKey, Scope, User
from chatsite.me import Language
from chatsite.providers import demo
from tests.accounts.browser import Browser
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
CHINESE = {"Accept-Language": "zh-CN"}


def change(browser: Browser, **fields: Any) -> Any:
    return browser.patch("/api/me", fields, headers=browser.csrf, content_type="application/json")


def language_of(browser: Browser, path: str = "/", **headers: str) -> str:
    """That of the page, as its <html lang> says."""
    page = browser.get(path, headers=headers).content.decode()
    return page.split('<html lang="')[1].split('"')[0]


def test_me_is_whoever_asks(alice: User, admin: User) -> None:
    hers = {
        "id": str(alice.pk),
        "email": "alice@example.org",
        "name": "Alice",
        "isAdmin": False,
        "language": "",
        "theme": "system",
        "defaultModel": None,
        "demo": True,
    }
    assert Browser(alice).get("/api/me").json() == hers
    bearers = [ApiKey.objects.issue(alice, "laptop", [Scope.READ])[1]]
    browser = Browser(alice)
    bearers.append(browser.post("/api/auth/token", headers=browser.csrf).json()["accessToken"])
    for bearer in bearers:
        assert Browser().get("/api/me", headers={"Authorization": f"Bearer {bearer}"}).json() == hers
    told = Browser(admin).get("/api/me").json()
    assert (told["isAdmin"], told["name"]) == (True, "admin")


def test_what_is_changed_is_told_and_the_rest_stays(alice: User) -> None:
    browser, model = Browser(alice), demo.MODELS[1].id
    changes = [{"name": "Alice B."}, {"language": "zh-hans"}, {"theme": "dark"}, {"defaultModel": model}]
    before = browser.get("/api/me").json()
    for fields in changes:
        answer = change(browser, **fields)
        assert (answer.status_code, answer.json()) == (200, before | fields)
        before = Browser(alice).get("/api/me").json()
        assert before == answer.json()
    back = {"language": "", "theme": "system", "defaultModel": None}
    assert change(browser, **back).json() == before | back
    assert change(browser).json() == before | back


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, 42201),
        ({"name": " \t "}, 42201),
        ({"name": None}, 42201),
        ({"name": "two\nlines"}, 42201),
        ({"name": "x" * 151}, 42201),
        ({"language": "de"}, 42201),
        ({"language": None}, 42201),
        ({"theme": "sepia"}, 42201),
        ({"email": "mallory@example.org"}, 42201),
        ({"isAdmin": True}, 42201),
        ({"defaultModel": ""}, 42201),
        ({"defaultModel": "x" * 221}, 42201),
        ({"defaultModel": "no-such-model"}, 42203),
        ({"name": "Mallory", "defaultModel": "no-such-model"}, 42203),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(alice: User, fields: dict[str, Any], code: int) -> None:
    browser = Browser(alice)
    before = browser.get("/api/me").json()
    assert change(browser, **fields).json()["code"] == code
    assert browser.get("/api/me").json() == before


def test_a_key_looks_but_does_not_change(alice: User) -> None:
    bearer = {"Authorization": f"Bearer {ApiKey.objects.issue(alice, 'laptop', list(Scope))[1]}"}
    answer = Browser().patch("/api/me", {"name": "Eve"}, headers=bearer, content_type="application/json")
    assert answer.json()["code"] == 40302


def test_nobody_changes_somebody_else(alice: User, bob: User) -> None:
    change(Browser(bob), name="Robert", theme="dark")
    alice.refresh_from_db()
    assert (alice.name, alice.theme) == ("Alice", "system")


class TestLanguage:
    """The user's wins over the browser's, on every device, once somebody is signed in."""

    def test_the_api_takes_the_languages_that_there_are(self) -> None:
        assert set(get_args(Language)) == {"", *dict(settings.LANGUAGES)}

    @pytest.mark.parametrize("path", ["/", "/accounts/password/change/", "/nowhere"])
    def test_it_is_spoken_on_every_page_of_every_device(self, alice: User, path: str) -> None:
        assert language_of(Browser(alice), path) == "en"
        change(Browser(alice), language="zh-hans")
        assert language_of(Browser(alice), path) == "zh-hans"
        change(Browser(alice), language="en")
        assert language_of(Browser(alice), path, **CHINESE) == "en"

    def test_what_asks_with_a_bearer_speaks_it_too(self, alice: User) -> None:
        browser = Browser(alice)
        change(browser, language="zh-hans")
        assert browser.get("/api/models").json()["models"][0]["name"] == "演示"

    def test_the_browser_keeps_it_over_signing_out(self, alice: User) -> None:
        browser = Browser(alice)
        change(browser, language="zh-hans")
        browser.logout()
        browser.cookies.clear()
        browser.fill_in("/accounts/login/", login=alice.email, password=PASSWORD)
        assert language_of(browser) == "zh-hans"
        browser.fill_in("/accounts/logout/")
        assert language_of(browser, "/accounts/login/") == "zh-hans"

    def test_without_one_the_browsers_counts(self, alice: User) -> None:
        assert language_of(Browser(alice)) == "en"
        assert language_of(Browser(alice), **CHINESE) == "zh-hans"

    def test_without_one_what_was_chosen_in_this_browser_counts_and_stays(self, alice: User) -> None:
        browser = Browser(alice)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"  # from before it was kept for the user
        assert language_of(browser) == language_of(browser) == "zh-hans"
        browser.fill_in("/accounts/logout/")
        assert language_of(browser, "/accounts/login/") == "zh-hans"

    def test_what_was_chosen_before_signing_in_stays(self, alice: User) -> None:
        browser = Browser()
        browser.fill_in("/language", language="zh-hans", next="/accounts/login/")
        browser.fill_in("/accounts/login/", login=alice.email, password=PASSWORD)
        assert language_of(browser) == "zh-hans"

    def test_ones_own_wins_over_what_somebody_left_in_the_browser(self, alice: User, bob: User) -> None:
        browser = Browser(bob)
        change(browser, language="zh-hans")
        browser.fill_in("/accounts/logout/")
        change(Browser(alice), language="en")
        browser.fill_in("/accounts/login/", login=alice.email, password=PASSWORD)
        assert language_of(browser, **CHINESE) == "en"
        browser.fill_in("/accounts/logout/")
        assert language_of(browser, "/accounts/login/", **CHINESE) == "en"

    def test_giving_it_up_follows_the_browser_again(self, alice: User) -> None:
        browser = Browser(alice)
        change(browser, language="zh-hans")
        change(browser, language="")
        assert language_of(browser) == "en"
        assert language_of(browser, **CHINESE) == "zh-hans"

    def test_the_switch_at_the_foot_of_a_page_is_the_users_choice(self, alice: User) -> None:
        Browser(alice).fill_in("/language", language="zh-hans", next="/")
        assert language_of(Browser(alice)) == "zh-hans"
        Browser(alice).fill_in("/language", language="tlh", next="/")
        assert language_of(Browser(alice)) == "zh-hans"

    def test_who_signs_up_in_a_language_has_chosen_it(self, alice: User) -> None:
        browser = Browser()
        browser.fill_in("/language", language="zh-hans", next="/accounts/signup/")
        browser.fill_in("/accounts/signup/", email="dora@example.org", password1=PASSWORD, name="Dora")
        assert User.objects.get(email="dora@example.org").language == "zh-hans"

    def test_the_first_one_too(self, db: None) -> None:
        browser = Browser()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        browser.post("/setup", {"email": "first@example.org", "password": PASSWORD, **_token(browser)})
        assert User.objects.get().language == "zh-hans"


def _token(browser: Browser) -> dict[str, str]:
    browser.get("/setup")
    return {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}


class TestTheme:
    """In the page as it is served, so that no other colours flash up first."""

    @pytest.mark.parametrize("path", ["/", "/accounts/password/change/"])
    def test_it_stands_in_every_page(self, alice: User, path: str) -> None:
        assert 'data-theme="system"' in Browser(alice).get(path).content.decode()
        change(Browser(alice), theme="dark")
        page = Browser(alice).get(path).content.decode()
        assert 'data-theme="dark"' in page
        assert page.count('name="theme-color" content="#191816"') == 2

    def test_before_sign_in_the_browser_decides(self, alice: User) -> None:
        assert "data-theme=" not in Browser().get("/accounts/login/").content.decode()
