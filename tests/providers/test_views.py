"""The page *Connect a model*, as a browser without scripts uses it, and its trial as the script does."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from pytest_django import Settings
from uuid_utils.compat import uuid7

from chatsite.accounts.models import User
from chatsite.providers import discovery
from chatsite.providers.environment import environment
from chatsite.providers.models import Model, Provider, offered, resolve
from chatsite.providers.probe import Listed
from tests.ports import free_port
from tests.upstream import Upstream

from .conftest import KEY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]

PAGES = ["/connect", "/connect?preset=openai", "/connect?preset=own", "/connect/{pk}"]
ACTIONS = [
    "/connect/new",
    "/connect/ask",
    "/connect/{pk}",
    "/connect/{pk}/choose",
    "/connect/{pk}/add",
    "/connect/{pk}/refresh",
    "/connect/{pk}/switch",
    "/connect/{pk}/delete",
    "/connect/{pk}/test",
]


@pytest.fixture
def provider(upstream: Upstream) -> Provider:
    row = Provider.objects.create(name="Mine", base_url=upstream.base_url, api_key=KEY)
    discovery.note(row, Listed(row.base_url, ("scripted", "other"), frozenset({"scripted", "other"})))
    return row


def form(**fields: str) -> dict[str, str]:
    return {"base_url": "", "api_key": "", "name": "", "proxy": "", "names": "", **fields}


def text(response: Any) -> str:
    """What the page says, without its tags. No page ever tells a key."""
    html = response.content.decode()
    assert KEY not in html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


@pytest.mark.usefixtures("admin")
class TestWhoMayOpenIt:
    @pytest.mark.parametrize("path", PAGES)
    def test_a_stranger_is_sent_to_sign_in(self, client: Client, provider: Provider, path: str) -> None:
        response = client.get(path.format(pk=provider.pk))
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/connect")

    @pytest.mark.parametrize("path", ACTIONS)
    def test_a_stranger_can_do_nothing(self, client: Client, provider: Provider, path: str) -> None:
        assert client.post(path.format(pk=provider.pk), form()).status_code == 302
        assert Provider.objects.get().enabled

    @pytest.mark.parametrize("path", [*PAGES, *ACTIONS])
    def test_a_user_may_not(self, client: Client, alice: User, provider: Provider, path: str) -> None:
        client.force_login(alice)
        send = client.post if path in ACTIONS else client.get
        response = send(path.format(pk=provider.pk))
        assert response.status_code == 403
        assert "sk-" not in text(response)

    @pytest.mark.parametrize("path", PAGES)
    def test_an_administrator_may(self, browser: Client, provider: Provider, path: str) -> None:
        response = browser.get(path.format(pk=provider.pk))
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        text(response)

    @pytest.mark.parametrize("path", ACTIONS)
    def test_nothing_is_done_without_a_csrf_token(self, admin: User, provider: Provider, path: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(admin)
        assert strict.post(path.format(pk=provider.pk), form()).status_code == 403

    @pytest.mark.parametrize("path", [action for action in ACTIONS if action != "/connect/{pk}"])
    def test_looking_does_nothing(self, browser: Client, provider: Provider, path: str) -> None:
        assert browser.get(path.format(pk=provider.pk)).status_code == 405

    @pytest.mark.parametrize("path", [action for action in ACTIONS if "pk" in action])
    def test_what_is_not_there_is_not_found(self, browser: Client, path: str) -> None:
        assert browser.post(path.format(pk=1234), form(base_url="http://x/v1")).status_code == 404


class TestConnecting:
    def test_a_preset_fills_the_form_in(self, browser: Client) -> None:
        html = browser.get("/connect?preset=deepseek").content.decode()
        assert 'value="https://api.deepseek.com/v1"' in html
        assert 'value="DeepSeek"' in html

    def test_the_demo_is_named_while_nothing_is_connected(self, browser: Client) -> None:
        assert "the built-in demo answers" in text(browser.get("/connect"))

    def test_a_provider_answers_from_the_next_question_on(self, browser: Client, upstream: Upstream) -> None:
        response = browser.post("/connect/new", form(base_url=upstream.base_url, api_key=KEY), follow=True)
        assert "Connected. 2 models are offered." in text(response)
        target = resolve(uuid7(), None)
        assert (target.model, target.base_url, target.api_key) == ("scripted", upstream.base_url, KEY)

    @pytest.mark.parametrize("tail", ["/", "/chat/completions", "/models", ""])
    def test_what_is_copied_along_is_cut_off(self, browser: Client, upstream: Upstream, tail: str) -> None:
        browser.post("/connect/new", form(base_url=f" {upstream.base_url}{tail} "))
        assert Provider.objects.get().base_url == upstream.base_url

    def test_a_forgotten_v1_is_added(self, browser: Client, upstream: Upstream) -> None:
        browser.post("/connect/new", form(base_url=upstream.base_url.removesuffix("/v1")))
        assert Provider.objects.get().base_url == upstream.base_url

    def test_models_can_be_named_for_a_provider_that_does_not_list_them(self, browser: Client) -> None:
        address = f"http://127.0.0.1:{free_port()}/v1"
        browser.post("/connect/new", form(base_url=address, names="a, b，c\na"))
        assert [offer.id for offer in offered(uuid7())] == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"base_url": "api.openai.com/v1"}, "An address begins with http://"),
            ({"base_url": "ftp://x/v1"}, "An address begins with http://"),
            ({"base_url": "http://"}, "An address begins with http://"),
            ({"base_url": "http://x:y/v1"}, "An address begins with http://"),
            ({"base_url": "http://[::1/v1"}, "An address begins with http://"),
            ({"base_url": "http://user:pw@x/v1"}, "must not hold a user name"),
            ({"base_url": "http://x/v1?key=1"}, "must not hold a user name"),
            ({"base_url": ""}, "This field is required"),
            ({"base_url": "http://x/v1", "api_key": "sk-a b"}, "A key has neither spaces"),
            ({"base_url": "http://x/v1", "api_key": "密钥"}, "A key has neither spaces"),
            ({"base_url": "http://x/v1", "proxy": "socks5://x"}, "A proxy looks like"),
            ({"base_url": "http://x/v1", "proxy": "x:3128"}, "A proxy looks like"),
            ({"base_url": "http://x/v1", "names": "a" * 201}, "These are not names of models"),
        ],
    )
    def test_what_cannot_be_is_said_at_the_field(self, browser: Client, fields: dict[str, str], words: str) -> None:
        response = browser.post("/connect/new", form(**fields))
        assert response.status_code == 422
        assert words in text(response)
        assert not Provider.objects.exists()

    def test_an_address_nobody_listens_at_is_said_in_words(self, browser: Client) -> None:
        response = browser.post("/connect/new", form(base_url=f"http://127.0.0.1:{free_port()}/v1", api_key=KEY))
        assert response.status_code == 422
        assert "Nobody listens at this address" in text(response)
        assert not Provider.objects.exists()

    def test_an_address_where_something_else_answers_is_said_in_words(
        self, browser: Client, upstream: Upstream
    ) -> None:
        response = browser.post("/connect/new", form(base_url=upstream.base_url + "/elsewhere", api_key=KEY))
        assert "404" in text(response)

    def test_a_host_that_does_not_exist_is_said_in_words(self, browser: Client) -> None:
        assert "no host of this name" in text(browser.post("/connect/new", form(base_url="http://nowhere.invalid/v1")))

    def test_a_proxy_that_is_not_there_is_said_in_words(self, browser: Client) -> None:
        fields = form(base_url="http://model.invalid/v1", proxy=f"http://127.0.0.1:{free_port()}")
        assert "outbound proxy cannot be reached" in text(browser.post("/connect/new", fields))

    def test_the_page_speaks_chinese(self, browser: Client) -> None:
        response = browser.post(
            "/connect/new",
            form(base_url=f"http://127.0.0.1:{free_port()}/v1"),
            headers={"accept-language": "zh-CN"},
        )
        assert "这个地址没有服务在监听" in text(response)


class TestChanging:
    def test_without_a_new_key_the_stored_one_stays(self, browser: Client, provider: Provider) -> None:
        browser.post(f"/connect/{provider.pk}", form(base_url=provider.base_url, name="Renamed"))
        provider.refresh_from_db()
        assert (provider.name, provider.api_key) == ("Renamed", KEY)

    def test_a_new_key_counts_from_the_next_question_on(self, browser: Client, provider: Provider) -> None:
        browser.post(f"/connect/{provider.pk}", form(base_url=provider.base_url, api_key="sk-new"))
        assert resolve(uuid7(), "scripted").api_key == "sk-new"

    def test_the_key_can_be_forgotten(self, browser: Client, provider: Provider) -> None:
        browser.post(f"/connect/{provider.pk}", form(base_url=provider.base_url, forget_key="on"))
        assert resolve(uuid7(), "scripted").api_key == ""

    @pytest.mark.parametrize(
        "change",
        [
            {"base_url": "http://evil.example/v1"},
            {"base_url": "https://127.0.0.1:1/v1"},
            {"proxy": "http://evil.example:3128"},
        ],
    )
    def test_a_stored_key_is_not_sent_to_another_place(
        self, browser: Client, provider: Provider, change: dict[str, str]
    ) -> None:
        response = browser.post(f"/connect/{provider.pk}", form(**{"base_url": provider.base_url, **change}))
        assert response.status_code == 422
        assert "The key would now go somewhere else" in text(response)
        assert resolve(uuid7(), "scripted").base_url == provider.base_url

    def test_the_proxys_password_is_not_shown_and_stays(self, browser: Client, provider: Provider) -> None:
        Provider.objects.update(proxy="http://user:hidden@proxy:3128")
        page = browser.get(f"/connect/{provider.pk}").content.decode()
        assert "hidden@" not in page
        assert "http://user:•••@proxy:3128" in page
        browser.post(f"/connect/{provider.pk}", form(base_url=provider.base_url, proxy="http://user:•••@proxy:3128"))
        assert Provider.objects.get().proxy == "http://user:hidden@proxy:3128"

    def test_a_masked_password_is_not_taken_to_another_proxy(self, browser: Client, provider: Provider) -> None:
        Provider.objects.update(proxy="http://user:hidden@proxy:3128", base_url="https://model.example/v1")
        fields = form(base_url="https://model.example/v1", proxy="http://user:•••@evil:3128")
        assert "enter its password again" in text(browser.post(f"/connect/{provider.pk}", fields))

    def test_models_are_chosen(self, browser: Client, provider: Provider) -> None:
        browser.post(f"/connect/{provider.pk}/choose", {"offered": ["scripted", "other"], "default": "other"})
        assert resolve(uuid7(), None).model == "other"
        browser.post(f"/connect/{provider.pk}/choose", {"offered": ["scripted"], "default": "other"})
        assert [offer.id for offer in offered(uuid7())] == ["scripted"]
        assert not Model.objects.filter(default=True).exists()

    def test_names_that_cannot_be_are_like_those_that_are_not(self, browser: Client, provider: Provider) -> None:
        fields = {"offered": ["a\0b", "scripted"], "default": "a\0b"}
        assert browser.post(f"/connect/{provider.pk}/choose", fields).status_code == 302
        assert [offer.id for offer in offered(uuid7())] == ["scripted"]
        assert "Choose one of the models" in text(browser.post(f"/connect/{provider.pk}/test", {"model": "a\0b"}))

    def test_the_longest_name_is_not_too_long_when_two_providers_bear_it(
        self, browser: Client, provider: Provider, upstream: Upstream
    ) -> None:
        for row in (provider, Provider.objects.create(name="Other", base_url=upstream.base_url)):
            browser.post(f"/connect/{row.pk}/add", {"name": "a" * 250})
        assert all(len(model.id) <= 200 for model in Model.objects.all())
        assert Model.objects.count() == 4

    def test_another_providers_models_are_not_touched(self, browser: Client, provider: Provider) -> None:
        other = Provider.objects.create(name="Other", base_url="http://localhost:1/v1")
        discovery.note(other, Listed(other.base_url, ("theirs",), frozenset({"theirs"})))
        browser.post(f"/connect/{provider.pk}/choose", {"offered": ["theirs"], "default": "theirs"})
        assert Model.objects.get(pk="theirs").enabled
        assert not Model.objects.get(pk="theirs").default

    def test_a_model_is_added_by_hand_once(self, browser: Client, provider: Provider) -> None:
        for _ in range(2):
            response = browser.post(f"/connect/{provider.pk}/add", {"name": "hidden-model"}, follow=True)
        assert "of that name already" in text(response)
        assert resolve(uuid7(), "hidden-model").upstream_model == "hidden-model"

    def test_the_list_is_asked_for_again(self, browser: Client, provider: Provider) -> None:
        provider.models.filter(pk="other").delete()
        response = browser.post(f"/connect/{provider.pk}/refresh", follow=True)
        assert "2 models, 1 before" in text(response)

    def test_switched_off_it_is_asked_no_more_and_switched_on_again_it_is(
        self, browser: Client, provider: Provider
    ) -> None:
        browser.post(f"/connect/{provider.pk}/switch")
        assert offered(uuid7())[0].demo
        browser.post(f"/connect/{provider.pk}/switch")
        assert offered(uuid7())[0].id == "scripted"

    def test_deleting_forgets_the_key(self, browser: Client, provider: Provider) -> None:
        response = browser.post(f"/connect/{provider.pk}/delete", follow=True)
        assert "Mine is no longer connected." in text(response)
        assert not Provider.objects.exists()
        assert not Model.objects.exists()

    def test_a_key_that_cannot_be_read_is_said_and_can_be_entered_again(
        self, browser: Client, provider: Provider, settings: Settings, admin: User
    ) -> None:
        settings.SECRET_KEY = "another" * 8
        browser.force_login(admin)
        assert "SECRET_KEY has changed" in text(browser.get(f"/connect/{provider.pk}"))
        assert "Key unreadable" in text(browser.get("/connect"))
        response = browser.post(f"/connect/{provider.pk}/test", {"model": "scripted"})
        assert "cannot be read any more" in text(response)
        browser.post(f"/connect/{provider.pk}", form(base_url=provider.base_url, api_key="sk-again"))
        assert resolve(uuid7(), "scripted").api_key == "sk-again"


class TestEnvironment:
    @pytest.fixture
    def row(self, settings: Settings, upstream: Upstream) -> Provider:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = upstream.base_url, KEY
        known = environment()
        assert known
        return discovery.keep(known, Listed(known.base_url, ("scripted",), frozenset({"scripted"})))

    def test_it_is_shown_but_cannot_be_changed_here(self, browser: Client, row: Provider) -> None:
        assert "OPENAI_BASE_URL" in text(browser.get(f"/connect/{row.pk}"))
        for action in ("", "/switch", "/delete"):
            assert browser.post(f"/connect/{row.pk}{action}", form(base_url="http://x/v1")).status_code == 403

    def test_before_it_was_asked_it_can_be_asked(self, browser: Client, settings: Settings, upstream: Upstream) -> None:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = upstream.base_url, KEY
        assert "has not told its models yet" in text(browser.get("/connect"))
        assert browser.post("/connect/ask").status_code == 302
        assert offered(uuid7())[0].id == "scripted"

    def test_asking_in_vain_is_said_in_words(self, browser: Client, settings: Settings) -> None:
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"
        assert "Nobody listens" in text(browser.post("/connect/ask", follow=True))

    def test_it_can_be_tried(self, browser: Client, row: Provider) -> None:
        response = browser.post(f"/connect/{row.pk}/test", {"model": "scripted", "question": "Anybody there?"})
        assert "First words after" in text(response)


class TestTrial:
    def test_without_scripts_the_page_shows_the_whole_answer(
        self, browser: Client, provider: Provider, upstream: Upstream
    ) -> None:
        upstream.default(text="Good day to you.")
        said = text(browser.post(f"/connect/{provider.pk}/test", {"model": "scripted", "question": "Hi"}))
        assert "Good day to you." in said
        assert re.search(r"First words after \d+\.\d\d s; then \d+ pieces and \d+ characters a second\.", said)
        assert upstream.requests[-1].headers["authorization"] == f"Bearer {KEY}"

    def test_a_wrong_key_is_said_in_words(self, browser: Client, provider: Provider, upstream: Upstream) -> None:
        upstream.default(status=401)
        said = text(browser.post(f"/connect/{provider.pk}/test", {"model": "scripted", "question": "Hi"}))
        assert "The provider does not accept this key." in said

    def test_a_model_that_is_not_there_is_not_asked(
        self, browser: Client, provider: Provider, upstream: Upstream
    ) -> None:
        response = browser.post(f"/connect/{provider.pk}/test", {"model": "nonsense"})
        assert response.status_code == 422
        assert upstream.requests == []

    async def streamed(self, admin: User, provider: Provider) -> tuple[Any, bytes]:
        client = AsyncClient()
        await client.aforce_login(admin)
        response: Any = await client.post(
            f"/connect/{provider.pk}/test",
            {"model": "scripted", "question": "Hi"},
            headers={"accept": "text/event-stream", "accept-language": "zh-CN"},
        )
        body = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()  # those of the loop's thread: nobody else would
        return response, body

    @pytest.mark.usefixtures("admin")
    async def test_for_the_script_it_streams(self, admin: User, provider: Provider, upstream: Upstream) -> None:
        upstream.default(text="Good day to you.", size=8, reasoning=1)
        response, body = await self.streamed(admin, provider)
        assert response["Content-Type"] == "text/event-stream; charset=utf-8"
        assert response["X-Accel-Buffering"] == "no"
        events = re.findall(rb"event: (\w+)\ndata: (.*)\n\n", body)
        assert [name for name, _ in events] == [b"part", b"part", b"part", b"summary"]
        assert events[1][1] == b'{"text":"Good day","reasoning":false}'
        assert "秒后出现第一个字".encode() in events[-1][1]

    async def test_a_failure_in_the_stream_is_its_last_event(
        self, admin: User, provider: Provider, upstream: Upstream
    ) -> None:
        upstream.default(end="cut", count=3)
        _, body = await self.streamed(admin, provider)
        assert body.rstrip().rsplit(b"\n\n", 1)[-1].startswith(b"event: problem\n")
        assert "服务商中途断开了连接".encode() in body
