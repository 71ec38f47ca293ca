"""The scripted upstream does what it is told: what the tests believe about it is tested here."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import requests

from tests.upstream import Script, Upstream, prompt


@pytest.fixture(scope="module")
def running() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def scripted(running: Upstream) -> Upstream:
    running.reset()
    return running


def post(upstream: Upstream, content: str = "hello", **extra: Any) -> requests.Response:
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": content}], **extra}
    return requests.post(f"{upstream.base_url}/chat/completions", json=body, stream=True, timeout=60)


def read(upstream: Upstream, **script: Any) -> tuple[str, str, list[Any]]:
    """What the openai SDK makes of a script: content, reasoning, chunks."""
    client = openai.OpenAI(base_url=upstream.base_url, api_key="none", max_retries=0, timeout=60)
    messages: Any = [{"role": "user", "content": prompt(**script)}]
    with client, client.chat.completions.create(model="m", messages=messages, stream=True) as stream:
        chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    reasoning = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    return "".join(delta.content or "" for delta in deltas), reasoning, chunks


@pytest.mark.parametrize("splitting", [{}, {"split": 3}, {"split": 7, "crlf": True}])
def test_an_answer_is_the_text_its_script_computes(scripted: Upstream, splitting: dict[str, Any]) -> None:
    script = {"count": 5, "reasoning": 2, "seed": 3, "usage": True} | splitting
    content, reasoning, chunks = read(scripted, **script)
    assert content == Script.parse(script).content
    assert reasoning == Script.parse(script).reasoning_content
    assert chunks[-1].usage.completion_tokens == 5
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_without_a_script_it_repeats_what_it_was_asked(scripted: Upstream) -> None:
    answer = post(scripted, "good morning", stream=False).json()
    assert answer["choices"][0]["message"]["content"] == "You said: good morning"


def test_pairs_are_split_and_nul_is_sent_as_escapes(scripted: Upstream) -> None:
    script = {"pieces": ["a\0b", "\ud83d", "\ude00", "\ud83d"]}
    raw = post(scripted, prompt(**script)).content
    assert b'"a\\u0000b"' in raw
    assert b'"\\ud83d"' in raw
    assert b'"\\ude00"' in raw
    assert Script.parse(script).content == "ab😀\N{REPLACEMENT CHARACTER}"


def test_a_misspelt_script_is_refused_not_ignored(scripted: Upstream) -> None:
    assert post(scripted, 'script:{"cuont":3}').status_code == 400
    with pytest.raises(ValueError, match="cuont"):
        prompt(cuont=3)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_errors_are_openais_error_objects(scripted: Upstream, status: int) -> None:
    answer = post(scripted, prompt(status=status, retry_after=7))
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert answer.json()["error"]["message"].startswith("Scripted: ")


@pytest.mark.parametrize(
    ("garbage", "seen"),
    [
        ("json", b'"bro\n\n'),
        ("utf8", b"\xff\xfe"),
        ("choices_null", b'{"choices":null}'),
        ("deep", b"[[[["),
        ("html", b"<h1>"),
        ("error", b'{"error": {"message": "Scripted: overloaded'),
    ],
)
def test_garbage_is_sent_as_it_is(scripted: Upstream, garbage: str, seen: bytes) -> None:
    assert seen in post(scripted, prompt(garbage=garbage, at=1, count=3)).content


@pytest.mark.parametrize("script", [{"garbage": "neverline"}, {"end": "flood"}])
def test_what_never_ends_goes_on_until_the_client_leaves(scripted: Upstream, script: dict[str, Any]) -> None:
    with post(scripted, prompt(count=1, **script)) as answer:
        assert len(answer.raw.read(2**20)) == 2**20
    assert scripted.wait("aborted")[0].finished is None


def test_an_early_end_has_no_finish_reason(scripted: Upstream) -> None:
    raw = post(scripted, prompt(end="eof")).content
    assert b'"finish_reason": "' not in raw
    assert b"[DONE]" not in raw


@pytest.mark.parametrize("end", ["close", "cut"])
def test_a_broken_connection_breaks_the_answer(scripted: Upstream, end: str) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        assert post(scripted, prompt(end=end)).content


def test_a_reader_that_leaves_is_seen(scripted: Upstream) -> None:
    answer = post(scripted, prompt(count=3, end="hang"))
    scripted.wait("sent")
    closed = time.monotonic()
    answer.close()
    record = scripted.wait("aborted")[0]
    assert record.aborted
    assert closed <= record.aborted
    assert record.sent == 3


def test_one_that_hangs_before_the_headers_is_left_too(scripted: Upstream) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{scripted.base_url}/chat/completions",
            json={"messages": [{"role": "user", "content": prompt(hang="headers")}]},
            timeout=0.1,
        )
    assert scripted.wait("aborted")[0].sent == 0


def test_a_gate_holds_the_answer_until_it_is_opened(scripted: Upstream) -> None:
    answer = post(scripted, prompt(count=5, gate="middle", after=2))
    record = scripted.wait("waiting")[0]
    assert (record.sent, record.waiting) == (2, "middle")
    scripted.open("middle")
    assert scripted.wait("finished")[0].sent == 5
    assert b"[DONE]" in answer.content


def test_scripts_can_be_lined_up_and_a_default_set(scripted: Upstream) -> None:
    scripted.default(text="as always", size=3)
    scripted.next({"status": 500}, {"text": "second"})
    statuses = [post(scripted, stream=False).status_code for _ in range(3)]
    assert statuses == [500, 200, 200]
    assert post(scripted, stream=False).json()["choices"][0]["message"]["content"] == "as always"
    assert [record.body["messages"][0]["content"] for record in scripted.requests] == ["hello"] * 4


def test_the_rate_is_kept_without_drift(scripted: Upstream) -> None:
    begin = time.monotonic()
    assert post(scripted, prompt(count=21, rate=100)).content
    assert 0.2 <= time.monotonic() - begin < 20


def test_a_connection_serves_one_answer_after_the_other(scripted: Upstream) -> None:
    async def twice() -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=scripted.base_url, api_key="none", max_retries=0) as client:
            messages: Any = [{"role": "user", "content": "x"}]
            answers = [await client.chat.completions.create(model="m", messages=messages) for _ in range(2)]
        return [answer.choices[0].message.content for answer in answers]

    assert asyncio.run(twice()) == ["You said: x"] * 2


def test_a_stopped_one_refuses_and_comes_back_on_its_port() -> None:
    with Upstream() as upstream:
        upstream.stop()
        with pytest.raises(requests.ConnectionError):
            post(upstream)
        upstream.start()
        assert post(upstream).ok
