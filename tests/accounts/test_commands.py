"""What the administrator types on the server."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from chatsite.accounts import auth
from chatsite.accounts.models import ApiKey, User
from tests.accounts.test_auth import asked

pytestmark = pytest.mark.django_db
GOOD = {"CHATSITE_ADMIN_EMAIL": "Ada@Example.org", "CHATSITE_ADMIN_PASSWORD": "correct horse battery"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        capsys.readouterr()
        call_command(*arguments)
        return capsys.readouterr().out

    return run


def test_create_api_key_prints_the_key_and_nothing_else(alice: User, run: Callable[..., str]) -> None:
    printed = run("create_api_key", "Alice@Example.org")
    assert printed.endswith("\n")
    principal = auth.required(asked(printed.strip(), "POST"))
    assert principal
    assert principal.user == alice


def test_create_api_key_takes_scopes_and_a_name(admin: User, run: Callable[..., str]) -> None:
    run("create_api_key", admin.email, "--name", "backup", "--scope", "admin", "--scope", "read")
    key = ApiKey.objects.get()
    assert (key.name, key.scopes) == ("backup", ["admin", "read"])


def test_an_administrators_key_is_only_for_administrators(alice: User) -> None:
    with pytest.raises(CommandError, match="not an administrator"):
        call_command("create_api_key", alice.email, "--scope", "admin")


@pytest.mark.parametrize("command", ["create_api_key", "reset_password"])
def test_nobody_and_the_deactivated_are_named(alice: User, command: str) -> None:
    with pytest.raises(CommandError, match="Nobody has an account with the address nobody@example"):
        call_command(command, "nobody@example.org")
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        call_command(command, alice.email)


@pytest.mark.parametrize(
    ("url", "host", "address"),
    [
        ("https://chat.example.org", "127.0.0.1", "https://chat.example.org/accounts/"),
        ("", "0.0.0.0", "http://localhost:8000/accounts/"),
        ("", "::1", "http://[::1]:8000/accounts/"),
    ],
)
def test_a_link_begins_with_the_address_of_the_site(
    alice: User, run: Callable[..., str], settings: Settings, url: str, host: str, address: str
) -> None:
    settings.SITE_URL, settings.SITE_HOST = url, host
    assert run("reset_password", alice.email).startswith(address)


def test_ensure_admin_makes_the_first_account_once(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert "ada@example.org" in run("ensure_admin")
    ada = User.objects.get()
    assert ada.is_superuser
    assert ada.check_password(GOOD["CHATSITE_ADMIN_PASSWORD"])
    assert run("ensure_admin") == ""
    assert User.objects.count() == 1


def test_ensure_admin_leaves_a_set_up_site_alone(
    alice: User, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    run("ensure_admin")
    assert list(User.objects.all()) == [alice]


def test_ensure_admin_without_its_variables_does_nothing(run: Callable[..., str]) -> None:
    run("ensure_admin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CHATSITE_ADMIN_EMAIL", "", "CHATSITE_ADMIN_EMAIL is not an e-mail address"),
        ("CHATSITE_ADMIN_EMAIL", "ada", "CHATSITE_ADMIN_EMAIL is not an e-mail address: 'ada'"),
        ("CHATSITE_ADMIN_PASSWORD", "", "CHATSITE_ADMIN_PASSWORD: .* too short"),
        ("CHATSITE_ADMIN_PASSWORD", "1234567890", "CHATSITE_ADMIN_PASSWORD: .* too common"),
    ],
)
def test_ensure_admin_says_which_variable_is_wrong(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    for good in GOOD.items():
        monkeypatch.setenv(*good)
    monkeypatch.setenv(name, value)
    with pytest.raises(CommandError, match=told):
        call_command("ensure_admin")
    assert not User.objects.exists()
