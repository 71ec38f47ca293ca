"""What a model can do, guessed from its name where nobody has said: rather too little than too much."""

import re

from django.conf import settings

# Families whose every member takes images, and those that say so in their name.
_SEES = re.compile(
    r"""(?<![a-z0-9])(?:
        gpt-4o | chatgpt-4o | gpt-4\.1 | gpt-4\.5 | gpt-4-turbo | gpt-5 | o1(?!-mini|-preview)
        | o3(?!-mini) | o4
        | claude-(?:[3-9]|opus|sonnet|haiku) | gemini | llama-?4 | grok-4
        | gemma-?3(?!n|[-:](?:1b|270m))
        | mistral-small-?(?:3\.[12]|250[36]|latest) | mistral-medium-?(?:3|250[58]|latest)
        | glm-4(?:\.\d)?v | qwen[\d.]*-?(?:vl|omni) | qvq | deepseek-vl | kimi-vl | step-1v
        | (?:bak)?llava | pixtral | moondream | minicpm-v | internvl | phi-4-multimodal
    ) | -vision(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER = re.compile(r"audio|realtime|transcribe|tts|embed|image-generation|moderation|search-api", re.IGNORECASE)


def vision(name: str) -> bool:
    """Whether a model of this name, as its provider calls it, takes images; CHATSITE_VISION_MODELS wins."""
    return name in settings.VISION_MODELS or (bool(_SEES.search(name)) and not _OTHER.search(name))
