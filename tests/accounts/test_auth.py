"""Who is asking: each credential, what is wrong with it, and what it costs."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chatsite.accounts import auth, tokens
from chatsite.accounts.models import ApiKey, Scope, User
from chatsite.accounts.principal import Principal
from chatsite.accounts.sessions import SessionStore
from chatsite.errors import ApiError
from tests.accounts.browser import Browser

pytestmark = pytest.mark.django_db


def session(user: User) -> SessionStore:
    """A session as signing in leaves it behind."""
    store = SessionStore()
    store["_auth_user_id"], store["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
    store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    store.create()
    return store


def access_token(user: User, store: SessionStore | None = None) -> str:
    key = (store or session(user)).session_key
    assert key
    return tokens.issue(user, key)


def asked(bearer: str, method: str = "GET", header: str = "Authorization") -> HttpRequest:
    value = f"Bearer {bearer}" if header == "Authorization" else bearer
    return RequestFactory().generic(method, "/api/x", headers={header: value})


def refusal(request: HttpRequest) -> int:
    with pytest.raises(ApiError) as caught:
        auth.required(request)
    return caught.value.code


def test_an_access_token_names_its_user(alice: User) -> None:
    principal = auth.required(asked(access_token(alice)))
    assert principal
    assert (principal.user, principal.way) == (alice, "access")


def test_an_api_key_names_its_user(alice: User) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    principal = auth.required(asked(secret))
    assert principal
    assert (principal.user, principal.way, principal.credential) == (alice, "key", key.pk.hex)


@pytest.mark.parametrize("form", ["{}", "Bearer {}"])
def test_a_bearer_may_come_in_a_header_named_token(alice: User, form: str) -> None:
    principal = auth.required(asked(form.format(access_token(alice)), header="token"))
    assert principal
    assert principal.user == alice


@pytest.mark.parametrize(
    "cookie", [r'"\000\000\000\000\000\000\000\000"', "x", "x" * 5000, r'"\377\377\377\377\377\377\377\377"']
)
def test_a_made_up_session_is_nobodys(cookie: str) -> None:
    browser = Browser()
    browser.cookies.load(f"{settings.SESSION_COOKIE_NAME}={cookie}")
    assert browser.get("/api/me").json()["code"] == 40101


def test_a_proxys_basic_password_is_not_a_bearer(alice: User) -> None:
    request = RequestFactory().get("/api/x", headers={"Authorization": "Basic YTpi"})
    request.session = SessionStore()
    assert auth.required(request) is None


def test_a_write_with_an_access_token_costs_one_query(alice: User, django_assert_num_queries: Any) -> None:
    token = access_token(alice)
    with django_assert_num_queries(1):
        principal = auth.required(asked(token, "POST"))
    assert principal


def test_a_write_with_a_key_costs_one_query_and_brings_its_user(alice: User, django_assert_num_queries: Any) -> None:
    key, secret = ApiKey.objects.issue(alice, "script", [Scope.CHAT])
    key.used()
    with django_assert_num_queries(1):
        principal = auth.required(asked(secret, "POST"))
        assert principal == Principal(alice, "key", key.pk.hex, frozenset({"chat"}))
        assert principal.user.email == alice.email


def test_an_expired_token_is_told_apart_so_that_the_page_fetches_another(alice: User, monkeypatch: Any) -> None:
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: timezone.now().timestamp() - settings.ACCESS_TOKEN_SECONDS - 60)
        token = access_token(alice)
    assert refusal(asked(token)) == 40102


def test_clocks_of_two_machines_may_differ_a_little(alice: User, monkeypatch: Any) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time", lambda: timezone.now().timestamp() + tokens.LEEWAY - 1)
        token = access_token(alice)
    assert auth.required(asked(token))


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def unsigned(token: str) -> str:
    head, body, _ = token.split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{head}.{body}."


def test_forged_tokens_open_nothing(alice: User, bob: User) -> None:
    token = access_token(alice)
    other = claims(token) | {"sub": str(bob.pk)}
    head, body, signature = token.split(".")
    forged = [
        unsigned(token),
        jwt.encode(claims(token), "x" * 32, algorithm="HS256"),
        jwt.encode(claims(token), settings.SECRET_KEY, algorithm="HS256"),
        jwt.encode(other, "x" * 64, algorithm="HS512"),
        f"{head}.{access_token(bob).split('.')[1]}.{signature}",
        f"{head}.{body}.",
        token + "x",
        "",
        "sk-",
        "sk-" + "x" * 43,
        ".",
        "é.é.é",
        "x" * 5000,
    ]
    assert {text: refusal(asked(text)) for text in forged} == dict.fromkeys(forged, 40103)


@pytest.mark.parametrize("claim", ["sub", "sid", "pwd", "iat", "exp"])
def test_a_token_without_one_of_its_claims_opens_nothing(alice: User, claim: str) -> None:
    said = claims(access_token(alice))
    del said[claim]
    key = tokens._key("access token", settings.SECRET_KEY)
    assert refusal(asked(jwt.encode(said, key, algorithm="HS256"))) == 40103


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_any_other_text_is_refused_politely(text: str) -> None:
    with pytest.raises(ApiError):
        auth.required(asked("x" + text))


def test_the_session_in_a_token_cannot_be_read_from_it(alice: User) -> None:
    store = session(alice)
    token = access_token(alice, store)
    assert str(store.session_key) not in str(claims(token))


def sign_out(user: User, store: SessionStore) -> None:
    store.flush()


def expire(user: User, store: SessionStore) -> None:
    store.set_expiry(-1)
    store.save()


def deactivate(user: User, store: SessionStore) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user: User, store: SessionStore) -> None:
    user.set_password("another long password")
    user.save()


def delete(user: User, store: SessionStore) -> None:
    user.delete()


@pytest.mark.parametrize("end", [sign_out, expire, deactivate, change_password, delete])
def test_a_token_ends_at_once_with(alice: User, end: Any) -> None:
    store = session(alice)
    token = access_token(alice, store)
    end(alice, store)
    assert refusal(asked(token)) == 40103


@pytest.mark.parametrize("end", [deactivate, delete])
def test_a_key_ends_at_once_with(alice: User, end: Any) -> None:
    _, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    end(alice, SessionStore())
    assert refusal(asked(secret)) == 40103


@pytest.mark.parametrize("change", [{"revoked": timedelta(0)}, {"expires": timedelta(seconds=-1)}])
def test_a_key_that_is_revoked_or_too_old_opens_nothing(alice: User, change: dict[str, timedelta]) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    ApiKey.objects.filter(pk=key.pk).update(**{name: timezone.now() + delta for name, delta in change.items()})
    assert refusal(asked(secret)) == 40103


@pytest.mark.parametrize(
    ("scopes", "method", "allowed"),
    [
        ([Scope.READ], "GET", True),
        ([Scope.READ], "POST", False),
        ([Scope.CHAT], "POST", True),
        ([Scope.CHAT], "DELETE", True),
        ([Scope.CHAT], "GET", False),
    ],
)
def test_a_key_does_what_its_scopes_say(alice: User, scopes: list[Scope], method: str, allowed: bool) -> None:
    _, secret = ApiKey.objects.issue(alice, "laptop", scopes)
    request = asked(secret, method)
    assert (auth.required(request) is not None) if allowed else refusal(request) == 40302


def test_administering_takes_both_the_scope_and_the_administrator(alice: User, admin: User) -> None:
    def holder(user: User, *scopes: Scope) -> Principal:
        principal = auth.required(asked(ApiKey.objects.issue(user, "laptop", [Scope.READ, *scopes])[1]))
        assert principal
        return principal

    auth.need(holder(admin, Scope.ADMIN), Scope.ADMIN)
    for other in (holder(admin), holder(alice, Scope.ADMIN)):
        with pytest.raises(ApiError) as caught:
            auth.need(other, Scope.ADMIN)
        assert caught.value.code == 40302


def test_only_what_cannot_be_turned_back_is_stored_of_a_key(alice: User) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])
    assert len(row["prefix"]) <= 10


def test_the_use_of_a_key_is_noted_now_and_then(alice: User, django_assert_num_queries: Any) -> None:
    key, secret = ApiKey.objects.issue(alice, "laptop", [Scope.READ])
    auth.required(asked(secret))
    key.refresh_from_db()
    assert key.last_used
    with django_assert_num_queries(1):
        auth.required(asked(secret))
