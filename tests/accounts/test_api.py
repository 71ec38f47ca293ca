"""/api/me, /api/auth/token and /api/keys, tried by everybody with everything."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from chatsite.accounts.models import ApiKey, Scope, User
from tests.accounts.browser import Browser

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def key_of(user: User, *scopes: Scope) -> dict[str, str]:
    return bearer(ApiKey.objects.issue(user, "laptop", list(scopes or Scope))[1])


def access_token(browser: Browser) -> str:
    token: str = browser.post("/api/auth/token", headers=browser.csrf).json()["accessToken"]
    return token


def test_me_is_whoever_asks(alice: User, admin: User) -> None:
    hers = {"id": str(alice.pk), "email": "alice@example.org", "name": "Alice", "isAdmin": False, "language": "en"}
    assert Browser(alice).get("/api/me").json() == hers
    assert Browser().get("/api/me", headers=key_of(alice)).json() == hers
    token = access_token(Browser(alice))
    assert Browser().get("/api/me", headers=bearer(token)).json() == hers
    assert Browser(admin).get("/api/me").json()["isAdmin"] is True


def test_me_is_called_by_the_address_without_a_name_and_speaks_the_browsers_language(admin: User) -> None:
    told = Browser(admin).get("/api/me", headers={"Accept-Language": "zh-CN"}).json()
    assert (told["name"], told["language"]) == ("admin", "zh-hans")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"),
        ("POST", "/api/auth/token"),
        ("GET", "/api/keys"),
        ("POST", "/api/keys"),
        ("DELETE", f"/api/keys/{uuid4()}"),
    ],
)
def test_nobody_is_asked_to_sign_in(method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"token": ""}):
        answer = Browser().generic(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, 40101)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    answer = Browser().generic(method, path, headers=bearer("nonsense"))
    assert answer.json()["code"] == (40101 if path == "/api/auth/token" else 40103)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/auth/token"), ("POST", "/api/keys"), ("DELETE", f"/api/keys/{uuid4()}")],
)
def test_a_write_by_cookie_must_come_from_our_page(alice: User, method: str, path: str) -> None:
    browser = Browser(alice)
    other = browser.csrf["X-CSRFToken"][::-1]
    foreign = browser.csrf | {"Origin": "https://evil.example"}
    for headers in ({}, {"X-CSRFToken": other}, foreign):
        answer = browser.generic(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, 40301)


def test_a_wrong_bearer_is_refused_even_beside_a_good_cookie(alice: User) -> None:
    assert Browser(alice).get("/api/me", headers=bearer("nonsense")).json()["code"] == 40103


def test_a_deactivated_user_is_nobody(alice: User) -> None:
    browser, key = Browser(alice), key_of(alice)
    token = access_token(browser)
    User.objects.update(is_active=False)
    assert browser.get("/api/me").json()["code"] == 40101
    assert browser.post("/api/auth/token").json()["code"] == 40101
    assert Browser().get("/api/me", headers=key).json()["code"] == 40103
    assert Browser().get("/api/me", headers=bearer(token)).json()["code"] == 40103


def test_an_access_token_is_fetched_with_the_cookie_alone(alice: User) -> None:
    browser = Browser(alice)
    answer = browser.post("/api/auth/token", headers=browser.csrf)
    assert answer.json()["expiresIn"] == settings.ACCESS_TOKEN_SECONDS <= 600
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["user"] == str(alice.pk)  # a page can tell that the cookie is another's by now
    token = answer.json()["accessToken"]
    for headers in (bearer(token), key_of(alice)):
        assert Browser().post("/api/auth/token", headers=headers).json()["code"] == 40101


def test_an_access_token_ends_with_its_session(alice: User) -> None:
    browser = Browser(alice)
    token = access_token(browser)
    browser.fill_in("/accounts/logout/")
    assert Browser().get("/api/me", headers=bearer(token)).json()["code"] == 40103


def test_a_change_of_password_ends_the_tokens_and_leaves_the_page_signed_in(alice: User) -> None:
    browser, elsewhere = Browser(alice), Browser(alice)
    tokens = [access_token(browser), access_token(elsewhere)]
    browser.fill_in(
        "/accounts/password/change/", oldpassword="correct horse battery staple", password1="staple battery horse"
    )
    for token in tokens:
        assert Browser().get("/api/me", headers=bearer(token)).json()["code"] == 40103
    assert elsewhere.get("/api/me").json()["code"] == 40101
    assert Browser().get("/api/me", headers=bearer(access_token(browser))).status_code == 200


def test_a_key_is_shown_once_and_opens_what_it_is_for(alice: User) -> None:
    browser = Browser(alice)
    answer = browser.post("/api/keys", {"name": " laptop "}, headers=browser.csrf, **JSON)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    secret = made.pop("key")
    assert made["name"] == "laptop"
    assert made["scopes"] == ["chat", "read"]
    assert secret.startswith(made["prefix"])
    assert Browser().get("/api/me", headers=bearer(secret)).status_code == 200
    (listed,) = browser.get("/api/keys").json()["keys"]
    assert listed.pop("lastUsed")
    assert listed == {name: value for name, value in made.items() if name != "lastUsed"}


def test_keys_belong_to_their_maker(alice: User, bob: User, charlie: User) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    for other in (bob, charlie):
        browser = Browser(other)
        assert browser.get("/api/keys").json() == {"keys": []}
        foreign = browser.delete(f"/api/keys/{key.pk}", headers=browser.csrf)
        unknown = browser.delete(f"/api/keys/{uuid4()}", headers=browser.csrf)
        assert foreign.status_code == 404
        assert foreign.content == unknown.content
    assert Browser().get("/api/me", headers=bearer(secret)).status_code == 200


def test_a_revoked_key_opens_nothing_and_may_be_revoked_again(alice: User) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    browser = Browser(alice)
    for _ in range(2):
        assert browser.delete(f"/api/keys/{key.pk}", headers=browser.csrf).status_code == 204
    assert Browser().get("/api/me", headers=bearer(secret)).json()["code"] == 40103
    assert browser.get("/api/keys").json() == {"keys": []}


def test_a_program_makes_no_keys_a_page_does(alice: User) -> None:
    for method, path in (("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", f"/api/keys/{uuid4()}")):
        assert Browser().generic(method, path, headers=key_of(alice)).json()["code"] == 40302
    page = bearer(access_token(Browser(alice)))
    assert Browser().post("/api/keys", {"name": "laptop"}, headers=page, **JSON).status_code == 201


def test_only_an_administrator_makes_keys_that_administer(alice: User, admin: User) -> None:
    body = {"name": "backup", "scopes": ["admin"]}
    for user, status in ((alice, 403), (admin, 201)):
        browser = Browser(user)
        assert browser.post("/api/keys", body, headers=browser.csrf, **JSON).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"name": 1},
        {"name": "laptop", "scopes": []},
        {"name": "laptop", "scopes": ["root"]},
        {"name": "laptop", "expires": "2001-01-01T00:00:00Z"},
        {"name": "laptop", "expires": "2999-01-01T00:00:00"},
        {"name": "laptop", "expires": "2999-01-01T00:00:00Z"},
        {"name": "laptop", "expires": "9999-12-31T23:59:59-12:00"},
        {"name": "laptop", "expires": "0001-01-01T00:00:00+12:00"},
        {"name": "laptop", "user": "bob"},
        [],
        None,
    ],
)
def test_a_key_with_wrong_fields_is_not_made(alice: User, body: Any) -> None:
    browser = Browser(alice)
    assert browser.post("/api/keys", body, headers=browser.csrf, **JSON).json()["code"] == 42201
    assert not ApiKey.objects.exists()


def test_a_key_may_end_by_itself(alice: User) -> None:
    browser = Browser(alice)
    expires = timezone.now() + timedelta(days=1)
    body = {"name": "laptop", "expires": expires.isoformat()}
    assert browser.post("/api/keys", body, headers=browser.csrf, **JSON).status_code == 201
    assert ApiKey.objects.get().expires == expires


def test_somebody_has_a_hundred_keys_at_most(alice: User, bob: User) -> None:
    for user in (alice, bob):
        ApiKey.objects.bulk_create(
            ApiKey(user=user, name="old", prefix="sk-", digest=f"{user.pk}{n}", scopes=[])
            for n in range(100 - (user == bob))
        )
    for user, status in ((alice, 422), (bob, 201)):
        browser = Browser(user)
        assert browser.post("/api/keys", {"name": "one more"}, headers=browser.csrf, **JSON).status_code == status
