"""What a model can do, guessed from its name where nobody has said: rather too little than too much."""

import re

# Families whose every member takes images, and those that say so in their name.
_SEES = re.compile(
    r"""(?<![a-z0-9])(?:
        gpt-4o | chatgpt-4o | gpt-4\.1 | gpt-4\.5 | gpt-4-turbo | gpt-5 | o3(?!-mini) | o4
        | claude-(?:[3-9]|opus|sonnet|haiku) | gemini | llama-?4 | grok-4
        | glm-4(?:\.\d)?v | qwen[\d.]*-?vl | qvq | deepseek-vl | kimi-vl | step-1v
        | (?:bak)?llava | pixtral | moondream | minicpm-v | internvl | phi-4-multimodal
    ) | -vision(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER = re.compile(r"audio|realtime|transcribe|tts|embed|image-generation|moderation|search-api", re.IGNORECASE)


def vision(name: str) -> bool:
    """Whether a model of this name, as its provider calls it, takes images."""
    return bool(_SEES.search(name)) and not _OTHER.search(name)


def capabilities(name: str) -> tuple[str, ...]:
    """As GET /api/models tells them."""
    return ("vision",) if vision(name) else ()
