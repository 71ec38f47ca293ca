"""GET /api/models: for whoever is signed in."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from chatsite.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def test_a_stranger_gets_nothing(client: Client) -> None:
    response = client.get("/api/models")
    assert (response.status_code, response.json()["code"]) == (401, 40101)


def test_a_user_sees_the_models(client: Client, alice: User) -> None:
    client.force_login(alice)
    models = client.get("/api/models").json()["models"]
    assert models[0] == {
        "id": "demo",
        "name": "Demo",
        "description": "Shows what answers look like here. Ask it what this site can do.",
        "provider": "chatsite",
        "demo": True,
        "default": True,
        "capabilities": [],
    }
    assert models[3]["capabilities"] == ["reasoning"]


@override_settings(OPENAI_API_KEY="sk-secret-of-the-environment")
def test_no_key_is_told(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert b"sk-secret" not in client.get("/api/models").content


def test_the_demo_introduces_itself_in_chinese(client: Client, alice: User) -> None:
    client.force_login(alice)
    models = client.get("/api/models", headers={"accept-language": "zh-CN"}).json()["models"]
    assert models[0]["name"] == "演示"
