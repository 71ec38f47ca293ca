"""What a model can do, by its name."""

import pytest
from pytest_django import Settings

from chatsite.providers.capabilities import vision


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o", "gpt-4o-mini", "openai/gpt-4.1-nano", "gpt-5", "o3", "o4-mini", "claude-3-5-sonnet-latest",
        "claude-sonnet-4-20250514", "anthropic/claude-opus-4", "gemini-2.5-pro", "models/gemini-2.0-flash",
        "qwen-vl-max", "qwen2.5-vl-72b-instruct", "qwen2.5vl:7b", "Qwen/Qwen3-VL-8B", "glm-4v", "glm-4.5v", "llava:13b",
        "pixtral-12b", "llama3.2-vision", "moonshot-v1-8k-vision-preview", "demo-vision",
        "gemma-3-27b-it", "gemma3:12b", "mistral-small3.1", "mistral-small-3.2-24b", "mistral-medium-2505", "o1",
        "o1-2024-12-17", "qwen3-omni", "qwen3-omni-flash",
    ],
)  # fmt: skip
def test_it_sees(name: str) -> None:
    assert vision(name)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-3.5-turbo", "gpt-4", "o3-mini", "o1-mini", "claude-2.1", "claude-instant", "qwen-max", "qwen2.5:7b",
        "glm-4", "deepseek-chat", "deepseek-reasoner", "moonshot-v1-8k", "llama3.1", "mistral-large", "default", "demo",
        "scripted", "gpt-4o-audio-preview", "gpt-4o-mini-tts", "gpt-4o-transcribe", "gemini-embedding-001",
        "television", "solo3", "gpt-4o-realtime-preview",
        "gemma-3-1b-it", "gemma3:270m", "gemma3n:e4b", "gemma2:9b", "mistral-small", "mistral-medium-2312",
        "o1-preview",
    ],
)  # fmt: skip
def test_it_is_not_known_to_see(name: str) -> None:
    assert not vision(name)


def test_the_environment_says_so_of_a_name_that_tells_nothing(settings: Settings) -> None:
    settings.VISION_MODELS = ["prod-chat"]
    assert vision("prod-chat")
    assert not vision("prod-chat-2")
