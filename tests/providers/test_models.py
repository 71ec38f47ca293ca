"""From a model's id to its target: the demo, the environment, what was connected, and who comes first."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings
from uuid_utils.compat import uuid7

from chatsite.errors import ApiError
from chatsite.providers import demo, discovery
from chatsite.providers.environment import environment
from chatsite.providers.models import Model, Provider, demonstrating, offered, resolve
from chatsite.providers.probe import Listed

KEY = "sk-the-providers-secret"
USER = uuid7()
Queries = Callable[..., Any]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def connected(*names: str, **fields: Any) -> Provider:
    provider = Provider.objects.create(
        name="Mine", base_url="http://localhost:1/v1", api_key=KEY, **{"enabled": True, **fields}
    )
    discovery.note(provider, Listed(provider.base_url, names, frozenset(names)))
    return provider


def in_the_environment(settings: Settings, *names: str, asked: bool = True) -> None:
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = "http://localhost:2/v1", "sk-environment"
    if asked:
        known = environment()
        assert known
        discovery.keep(known, Listed(known.base_url, names, frozenset(names)))


def refused(model: str | None) -> int:
    with pytest.raises(ApiError) as caught:
        resolve(USER, model)
    return caught.value.code


def ids() -> list[str]:
    return [offer.id for offer in offered(USER)]


@pytest.mark.parametrize("asked", [None, "default", "demo"])
def test_without_any_provider_the_demo_answers(asked: str | None, django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(2 if asked == "demo" else 1):
        target = resolve(USER, asked)
    assert (target.model, target.base_url) == ("demo", demo.BASE_URL)
    assert demonstrating()


def test_the_demo_offers_all_its_models_and_says_what_they_are() -> None:
    offers = offered(USER)
    assert [offer.id for offer in offers] == ["demo", "demo-slow", "demo-long", "demo-reasoning", "demo-failing"]
    assert all(offer.demo and offer.description for offer in offers)
    assert [offer.default for offer in offers] == [True, False, False, False, False]
    assert [offer.id for offer in offers if "reasoning" in offer.capabilities] == ["demo-reasoning"]


def test_a_connected_provider_takes_the_place_of_the_demo(django_assert_num_queries: Queries) -> None:
    connected("big", "small")
    with django_assert_num_queries(1):
        target = resolve(USER, "small")
    assert (target.model, target.upstream_model, target.api_key) == ("small", "small", KEY)
    assert ids() == ["big", "small"]
    assert refused("demo") == 42203
    assert not demonstrating()


def test_the_default_costs_one_query_too(django_assert_num_queries: Queries) -> None:
    connected("big", "small")
    with django_assert_num_queries(1):
        assert resolve(USER, None).model == "big"


def test_the_chosen_default_comes_first() -> None:
    connected("big", "small")
    Model.objects.filter(pk="small").update(default=True)
    assert resolve(USER, None).model == resolve(USER, "default").model == "small"
    assert ids() == ["small", "big"]


def test_an_unknown_model_and_one_switched_off_are_refused_alike() -> None:
    provider = connected("big", "small")
    Model.objects.filter(pk="small").update(enabled=False)
    assert refused("small") == refused("nonsense") == 42203
    provider.enabled = False
    provider.save()
    assert refused("big") == 42203
    assert ids()[0] == "demo"


def test_two_providers_may_serve_a_model_of_the_same_name() -> None:
    connected("gpt")
    second = connected("gpt")
    assert ids() == ["gpt", f"gpt@{second.pk}"]
    assert resolve(USER, f"gpt@{second.pk}").upstream_model == "gpt"


def test_what_a_provider_calls_default_does_not_hide_the_sites_default() -> None:
    provider = connected("big", "default")
    assert ids() == ["big", f"default@{provider.pk}"]


def test_there_is_one_default_at_most() -> None:
    connected("big", "small")
    with pytest.raises(IntegrityError), transaction.atomic():
        Model.objects.update(default=True)


def test_the_environment_takes_part_before_it_was_asked(settings: Settings) -> None:
    in_the_environment(settings, asked=False)
    target = resolve(USER, None)
    assert (target.model, target.base_url, target.api_key) == ("default", "http://localhost:2/v1", "sk-environment")
    assert ids() == ["default"]
    assert refused("big") == 42203
    assert not Provider.objects.exists()


def test_a_key_alone_means_openai(settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-environment"
    target = resolve(USER, None)
    assert (target.base_url, target.upstream_model) == ("https://api.openai.com/v1", "gpt-4o-mini")
    assert offered(USER)[0].provider == "OpenAI"


def test_named_models_are_offered_before_anybody_was_asked(settings: Settings) -> None:
    settings.OFFERED_MODELS = ["one", "two"]
    in_the_environment(settings, asked=False)
    assert ids() == ["one", "two"]
    assert resolve(USER, "two").upstream_model == "two"


def test_the_environment_comes_before_what_was_connected(
    settings: Settings, django_assert_num_queries: Queries
) -> None:
    connected("page")
    in_the_environment(settings, "env")
    with django_assert_num_queries(1):
        target = resolve(USER, None)
    assert (target.model, target.api_key) == ("env", "sk-environment")
    assert ids() == ["env", "page"]


def test_what_resolves_is_what_is_offered_whatever_is_switched_on(settings: Settings) -> None:
    """Two queries say it, as the ORM's is too slow for a start: they must not part."""
    in_the_environment(settings, "env-a", "env-b")
    first, second = connected("a", "b", "c"), connected("d")
    asked = ["env-a", "env-b", "a", "b", "c", "d"]
    Model.objects.filter(pk="a").update(position=9)
    steps: list[Callable[[], object]] = [
        lambda: Model.objects.filter(pk="c").update(default=True),
        lambda: Model.objects.filter(pk__in=["c", "env-a"]).update(enabled=False),
        lambda: Provider.objects.filter(pk=first.pk).update(enabled=False),
        lambda: setattr(settings, "OPENAI_BASE_URL", "http://localhost:3/v1"),
        lambda: Provider.objects.filter(pk=second.pk).update(enabled=False),
    ]
    for step in steps:
        step()
        rows = list(Model.objects.offered())
        assert [Model.objects.chosen(name) for name in asked] == [
            next((row for row in rows if row.pk == name), None) for name in asked
        ]
        assert Model.objects.chosen("") == (rows[0] if rows else None)


def test_the_environments_key_is_never_stored(settings: Settings) -> None:
    in_the_environment(settings, "env")
    assert Provider.objects.get().api_key == ""


def test_a_row_of_an_earlier_environment_counts_for_nothing(settings: Settings) -> None:
    in_the_environment(settings, "env")
    settings.OPENAI_BASE_URL = "http://localhost:3/v1"
    assert ids() == ["default"]
    settings.OPENAI_BASE_URL = settings.OPENAI_API_KEY = ""
    assert ids()[0] == "demo"


def test_models_of_the_environment_that_are_switched_off_do_not_come_back_by_the_back_door(
    settings: Settings,
) -> None:
    settings.OFFERED_MODELS = ["one"]
    in_the_environment(settings, "one")
    Model.objects.update(enabled=False)
    assert ids() == []
    assert refused("one") == refused(None) == 42203


def test_a_key_that_cannot_be_read_is_said_so(settings: Settings) -> None:
    connected("big")
    settings.SECRET_KEY = "another" * 8
    assert refused("big") == 50204


def test_params_of_a_model_travel_with_its_target() -> None:
    connected("big")
    Model.objects.update(params={"temperature": 0.2})
    assert resolve(USER, "big").defaults == {"temperature": 0.2}


def test_asking_again_keeps_what_an_administrator_chose() -> None:
    provider = connected("a", "b", "c")
    Model.objects.filter(pk="b").update(enabled=False)
    Model.objects.filter(pk="c").update(default=True)
    discovery.add(provider, "by-hand")
    discovery.note(provider, Listed(provider.base_url, ("d", "c", "b"), frozenset({"d", "c", "b"})))
    rows = {model.pk: (model.enabled, model.default) for model in provider.models.all()}
    assert rows == {
        "d": (True, False),
        "c": (True, True),
        "b": (False, False),
        "by-hand": (True, False),
    }
