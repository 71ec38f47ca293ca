"""Asking a provider for its models, and trying one of them."""

import json

import pytest

from chatsite.providers import demo, words
from chatsite.providers.models import MAX_NAME, Target
from chatsite.providers.probe import LIST_BYTES, BrokenOff, NotTheApi, arranged, listed, trial
from tests.upstream import Script, Upstream

from .conftest import KEY, http, saying


async def answered(target: Target) -> str:
    return "".join([part.text async for part in trial(target, "x") if not part.reasoning])


async def test_models_are_listed_as_the_provider_orders_them(target: Target) -> None:
    found = await listed(target)
    assert found.names == ("scripted", "other")
    assert found.offered == {"scripted", "other"}
    assert found.base_url == target.base_url


async def test_a_forgotten_v1_is_found(target: Target, upstream: Upstream) -> None:
    found = await listed(Target("m", "m", upstream.base_url.removesuffix("/v1"), KEY))
    assert found.base_url == upstream.base_url


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{}]}', b"\xff", b"", b"null"]
)
async def test_what_is_no_list_of_models_is_not_the_api(body: bytes) -> None:
    async with saying(http("200 OK", body)) as base_url:
        with pytest.raises(NotTheApi):
            await listed(Target("m", "m", base_url, KEY))


async def test_names_that_cannot_be_names_are_left_out() -> None:
    body = b'{"data": [{"id": 1}, {"id": ""}, {"id": "a\\u0000b"}, {"id": "good"}, {"id": "good"}]}'
    async with saying(http("200 OK", body)) as base_url:
        assert (await listed(Target("m", "m", base_url, KEY))).names == ("good",)


async def test_a_list_of_models_that_does_not_end_is_not_read_to_its_end() -> None:
    async with saying(http("200 OK", b'{"data": [{"id": "a"}]}' + b" " * LIST_BYTES)) as base_url:
        with pytest.raises(NotTheApi):
            await listed(Target("m", "m", base_url, KEY))


async def test_names_are_kept_as_long_as_an_answer_can_remember_them() -> None:
    longest, longer = "a" * MAX_NAME, "b" * (MAX_NAME + 1)
    async with saying(http("200 OK", json.dumps({"data": [{"id": longest}, {"id": longer}]}).encode())) as base_url:
        assert (await listed(Target("m", "m", base_url, KEY))).names == (longest,)


def test_only_what_chats_is_kept() -> None:
    names = [
        "gpt-4o",
        "text-embedding-3-small",
        "whisper-1",
        "tts-1",
        "dall-e-3",
        "omni-moderation-latest",
        "qwen-plus",
    ]
    assert arranged("http://x/v1", names).names == ("gpt-4o", "qwen-plus")


def test_dated_snapshots_are_not_offered_unasked() -> None:
    names = ["gpt-4o", "gpt-4o-2024-08-06", "claude-3-20240229", "moonshot-v1-8k", "gpt-4-0613"]
    found = arranged("http://x/v1", names)
    assert found.offered == {"gpt-4o", "claude-3-20240229", "moonshot-v1-8k", "gpt-4-0613"}
    assert len(found.names) == 5


def test_the_presets_favourite_comes_first() -> None:
    assert arranged("https://api.openai.com/v1", ["gpt-4", "gpt-4o", "gpt-4o-mini"]).names[0] == "gpt-4o-mini"


async def test_a_trial_streams_the_answer(target: Target, upstream: Upstream) -> None:
    upstream.default(count=30, reasoning=3, usage=True)
    parts = [part async for part in trial(target, "x")]
    assert "".join(part.text for part in parts if not part.reasoning) == Script(count=30).content
    assert [part.reasoning for part in parts[:4]] == [True, True, True, False]
    assert parts[0].seconds <= parts[-1].seconds


async def test_a_trial_of_the_demo_is_like_any_other(hurried: None) -> None:
    assert "/connect" in await answered(Target("demo", "demo", demo.BASE_URL, ""))


async def test_a_trial_that_never_ends_is_ended(target: Target, upstream: Upstream) -> None:
    upstream.default(end="flood")
    assert len(await answered(target)) < 200_000
    upstream.wait("aborted")


@pytest.mark.parametrize("garbage", ["json", "neverline", "deep"])
async def test_garbage_is_not_the_api(target: Target, upstream: Upstream, garbage: str) -> None:
    upstream.default(garbage=garbage)
    with pytest.raises(NotTheApi):
        await answered(target)


@pytest.mark.parametrize("kind", ["text/html", "text/event-stream"])
async def test_a_page_instead_of_an_answer_is_not_the_api(kind: str) -> None:
    async with saying(http("200 OK", b"<!doctype html><h1>It works", kind=kind)) as base_url:
        with pytest.raises(NotTheApi):
            await answered(Target("m", "m", base_url, KEY))


async def test_an_error_in_the_stream_is_told_in_the_providers_words() -> None:
    body = b'data: {"error": {"message": "Overloaded"}}\n\n'
    async with saying(http("200 OK", body, kind="text/event-stream")) as base_url:
        with pytest.raises(BrokenOff, match="Overloaded"):
            await answered(Target("m", "m", base_url, KEY))


@pytest.mark.parametrize("said", ["bad key Bearer {key}", {"message": "bad key {key}"}, {"message": ["{key}"]}])
async def test_an_error_in_the_stream_is_told_without_its_words_where_they_tell_the_key(said: object) -> None:
    body = b"data: %s\n\n" % json.dumps({"error": said}).replace("{key}", KEY).encode()
    async with saying(http("200 OK", body, kind="text/event-stream")) as base_url:
        with pytest.raises(BrokenOff) as broken:
            await answered(Target("m", "m", base_url, KEY))
    assert KEY[:8] not in words.told(broken.value)


async def test_leaving_a_trial_reaches_the_provider(target: Target, upstream: Upstream) -> None:
    upstream.default(count=10, gate="never", after=3)
    parts = trial(target, "x")
    await anext(aiter(parts))
    await parts.aclose()  # type: ignore[attr-defined]
    upstream.wait("aborted")
