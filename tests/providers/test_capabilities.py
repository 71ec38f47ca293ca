"""What a model can do, by its name."""

import pytest

from chatsite.providers.capabilities import capabilities, vision


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o", "gpt-4o-mini", "openai/gpt-4.1-nano", "gpt-5", "o3", "o4-mini", "claude-3-5-sonnet-latest",
        "claude-sonnet-4-20250514", "anthropic/claude-opus-4", "gemini-2.5-pro", "models/gemini-2.0-flash",
        "qwen-vl-max", "qwen2.5-vl-72b-instruct", "qwen2.5vl:7b", "Qwen/Qwen3-VL-8B", "glm-4v", "glm-4.5v", "llava:13b",
        "pixtral-12b", "llama3.2-vision", "moonshot-v1-8k-vision-preview", "demo-vision",
    ],
)  # fmt: skip
def test_it_sees(name: str) -> None:
    assert vision(name)
    assert capabilities(name) == ("vision",)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-3.5-turbo", "gpt-4", "o3-mini", "o1-mini", "claude-2.1", "claude-instant", "qwen-max", "qwen2.5:7b",
        "glm-4", "deepseek-chat", "deepseek-reasoner", "moonshot-v1-8k", "llama3.1", "mistral-large", "default", "demo",
        "scripted", "gpt-4o-audio-preview", "gpt-4o-mini-tts", "gpt-4o-transcribe", "gemini-embedding-001",
        "television", "solo3", "gpt-4o-realtime-preview",
    ],
)  # fmt: skip
def test_it_is_not_known_to_see(name: str) -> None:
    assert not vision(name)
    assert capabilities(name) == ()
