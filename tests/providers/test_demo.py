"""The demo through the real SDK: it speaks the same wire as a provider, at a human pace, and says what it is."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from chatsite.providers import clients, demo
from chatsite.providers.demo.answers import answer
from chatsite.providers.demo.log import Language, _phrases, keepers_log
from chatsite.providers.models import Target

TARGET = Target("demo", "demo", demo.BASE_URL, "")
MODELS = [model.id for model in demo.MODELS]
LINK = "(/connect)"


@pytest.fixture
async def sdk() -> AsyncIterator[openai.AsyncOpenAI]:
    client = clients.build(TARGET)
    yield client
    await client.close()


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def assistant(text: str) -> Any:
    return {"role": "assistant", "content": text}


async def streamed(sdk: openai.AsyncOpenAI, model: str, *messages: Any) -> list[Any]:
    stream = await sdk.chat.completions.create(
        model=model, messages=list(messages), stream=True, stream_options={"include_usage": True}
    )
    return [chunk async for chunk in stream]


async def collect(stream: Any, chunks: list[Any]) -> None:
    async for chunk in stream:
        chunks.append(chunk)


def content(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@pytest.mark.usefixtures("hurried")
class TestWire:
    async def test_it_lists_its_models(self, sdk: openai.AsyncOpenAI) -> None:
        assert [model.id async for model in sdk.models.list()] == MODELS

    async def test_a_stream_begins_with_the_role_and_ends_with_the_reason_and_usage(
        self, sdk: openai.AsyncOpenAI
    ) -> None:
        chunks = await streamed(sdk, "demo", user("Hello"))
        assert chunks[0].choices[0].delta.role == "assistant"
        assert chunks[-2].choices[0].finish_reason == "stop"
        assert chunks[-1].choices == []
        assert chunks[-1].usage.completion_tokens > 100

    async def test_usage_is_told_only_to_who_asks(self, sdk: openai.AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(model="demo", messages=[user("Hello")], stream=True)
        assert [chunk.usage for chunk in [chunk async for chunk in stream]][-1] is None

    async def test_it_answers_whole_too(self, sdk: openai.AsyncOpenAI) -> None:
        whole = await sdk.chat.completions.create(model="demo", messages=[user("Hello")])
        assert whole.choices[0].message.content == content(await streamed(sdk, "demo", user("Hello")))

    async def test_an_unknown_model_is_refused_as_a_provider_would(self, sdk: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError):
            await streamed(sdk, "gpt-4o", user("Hello"))

    async def test_reasoning_comes_first_and_apart(self, sdk: openai.AsyncOpenAI) -> None:
        chunks = await streamed(sdk, "demo-reasoning", user("What is 417 × 23?"))
        deltas = [chunk.choices[0].delta for chunk in chunks[1:-2]]
        reasoning = [getattr(delta, "reasoning_content", None) for delta in deltas]
        first_answer = next(nth for nth, delta in enumerate(deltas) if delta.content)
        assert all(reasoning[:first_answer])
        assert not any(reasoning[first_answer:])
        assert "9,591" in "".join(delta.content or "" for delta in deltas)

    @pytest.mark.parametrize(
        ("question", "error"),
        [
            ("a 429, please", openai.RateLimitError),
            ("a 500, please", openai.InternalServerError),
            ("a 503, please", openai.InternalServerError),
            ("a 401, please", openai.AuthenticationError),
        ],
    )
    async def test_it_refuses_when_asked_to(
        self, sdk: openai.AsyncOpenAI, question: str, error: type[openai.APIStatusError]
    ) -> None:
        with pytest.raises(error):
            await streamed(sdk, "demo-failing", user(question))

    @pytest.mark.parametrize(
        ("question", "error"),
        [("Hello", openai.APIError), ("garbage", ValueError), ("cut", openai.APIConnectionError)],
    )
    async def test_it_breaks_off_after_some_text(
        self, sdk: openai.AsyncOpenAI, question: str, error: type[Exception]
    ) -> None:
        stream = await sdk.chat.completions.create(model="demo-failing", messages=[user(question)], stream=True)
        said: list[Any] = []
        with pytest.raises(error):
            await collect(stream, said)
        assert content(said).endswith("for example,")

    async def test_what_broke_off_can_be_continued(self, sdk: openai.AsyncOpenAI) -> None:
        begun = answer(demo.MODELS[4], [user("Hello")]).content
        rest = content(await streamed(sdk, "demo-failing", user("Hello"), assistant(begun)))
        assert rest.startswith(" the line broke")


class TestPace:
    async def test_it_writes_at_a_human_pace(self, sdk: openai.AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(model="demo", messages=[user("Hello")], stream=True)
        times = []
        async for _ in stream:
            times.append(time.monotonic())
            if len(times) == 52:
                break
        await stream.close()
        assert 0.3 < times[-1] - times[1] < 30  # 50 a second, as far as the machine lets it

    async def test_closing_ends_it_at_once(self, sdk: openai.AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(model="demo-slow", messages=[user("Hello")], stream=True)
        await anext(stream)
        waiting = asyncio.create_task(anext(stream, None))
        await asyncio.sleep(0)
        await stream.close()
        assert await asyncio.wait_for(waiting, 30) is None

    async def test_cancelling_the_reader_ends_it_at_once(self, sdk: openai.AsyncOpenAI) -> None:
        stream = await sdk.chat.completions.create(model="demo-failing", messages=[user("hang")], stream=True)
        waiting = asyncio.create_task(streamed(sdk, "demo-slow", user("Hello")))
        await anext(stream)
        waiting.cancel()
        await stream.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting


class TestWords:
    @pytest.mark.parametrize("model", demo.MODELS, ids=MODELS)
    @pytest.mark.parametrize(("question", "called"), [("Who are you?", "demo"), ("你是谁？", "演示")])
    def test_every_model_says_that_it_is_a_demo_and_where_to_connect_one(
        self, model: demo.DemoModel, question: str, called: str
    ) -> None:
        said = answer(model, [user(question)])
        whole = said.content + said.after
        assert called in whole
        assert LINK in whole

    @pytest.mark.parametrize("topic", ["connect", "stop", "branch", "program", "privacy", "tour", "help"])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_every_text_links_to_connect(self, topic: str, language: Any) -> None:
        from chatsite.providers.demo.answers import _read

        assert LINK in _read(topic, language)
        assert bool(re.search(r"[\u4e00-\u9fff]", _read(topic, language))) or language == "en"

    @pytest.mark.parametrize("question", ["Hi", "你好"])
    def test_the_tour_shows_all_that_an_answer_can_hold(self, question: str) -> None:
        said = answer(demo.MODELS[0], [user(question)]).content
        for part in (
            "\n## ",
            "\n- ",
            "\n1. ",
            "```python",
            "|:--|",
            "$$",
            "**注意：**请",
            "10~20元，周期3~5天",
            "https://a.cn/x，然后",
        ):
            assert part in said

    def test_it_answers_what_it_is_asked_about(self) -> None:
        assert "Make" not in answer(demo.MODELS[0], [user("How do I stop?")]).content
        assert "**Stop**" in answer(demo.MODELS[0], [user("How do I stop?")]).content
        assert "curl" in answer(demo.MODELS[0], [user("怎样用接口？")]).content

    @pytest.mark.parametrize("question", ["Write a Python function with tests.", "写一个 Python 函数，附上测试代码。"])
    def test_who_asks_for_code_gets_the_tour_and_not_a_lesson_on_keys(self, question: str) -> None:
        tour = "公式是什么样子？" if "写" in question else "Show me a formula."
        assert answer(demo.MODELS[0], [user(question)]).content == answer(demo.MODELS[0], [user(tour)]).content

    def test_a_long_talk_is_not_the_same_answer_again_and_again(self) -> None:
        questions = [user(f"And {nth}?") for nth in range(6)]
        said = {answer(demo.MODELS[0], questions[: nth + 1]).content for nth in range(6)}
        assert len(said) == 6

    def test_the_long_one_has_thousands_of_words(self) -> None:
        assert len(answer(demo.MODELS[2], [user("Hi")]).content.split()) > 2000
        assert len(answer(demo.MODELS[2], [user("你好")]).content) > 4000

    @pytest.mark.parametrize("model", demo.MODELS, ids=MODELS)
    @pytest.mark.parametrize("question", ["Hi", "你好", "17*3"])
    def test_a_stopped_answer_is_continued_at_any_character(self, model: demo.DemoModel, question: str) -> None:
        first = answer(model, [user(question)])
        whole = first.content + first.after
        for cut in (0, 1, len(whole) // 2, len(whole)):
            rest = answer(model, [user(question), assistant(whole[:cut])])
            assert whole[:cut] + rest.content == whole
            assert not rest.reasoning
            assert rest.failing is None

    def test_a_text_of_somebody_else_is_not_continued_as_if_it_were_ours(self) -> None:
        rest = answer(demo.MODELS[0], [user("Hi"), assistant("Call me Ishmael.")])
        assert rest.content.startswith("\n\n")
        assert LINK in rest.content

    @pytest.mark.parametrize(
        ("question", "result"),
        [
            ("12+30", "42"),
            ("50 - 8", "42"),
            ("2*0", "= 0"),
            ("84/2", "42"),
            ("10/3", "≈ 3.33333"),
            ("1/0", "∞?"),
            ("6乘7", "42"),
        ],
    )
    def test_it_does_sums(self, question: str, result: str) -> None:
        assert result in answer(demo.MODELS[3], [user(question)]).content

    @pytest.mark.parametrize(
        "messages", [[], [assistant("x")], [user("")], [{"role": "user"}], [{"role": "user", "content": None}]]
    )
    def test_it_has_an_answer_to_nothing(self, messages: list[Any]) -> None:
        assert answer(demo.MODELS[0], messages).content

    def test_a_question_in_parts_is_read(self) -> None:
        parts = [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "你好"}]
        assert "演示" in answer(demo.MODELS[0], [{"role": "user", "content": parts}]).content


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_log_says_every_phrase_there_is(language: Language) -> None:
    log = keepers_log(language)
    assert [phrase for phrases in _phrases(language) for phrase in phrases if phrase not in log] == []
