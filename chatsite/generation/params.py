"""Parameters of the OpenAI API that several have a say in: who runs the model, the conversation, the call."""

from typing import Any

# Of the tokens of an answer, under an old and a new name. OpenAI refuses a request with both.
LIMITS = {"max_tokens", "max_completion_tokens"}


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Each layer above those before it. None unsets; either of the LIMITS stands for both."""
    found: dict[str, Any] = {}
    for layer in layers:
        if any(layer.get(name) is not None for name in LIMITS):
            found = {name: value for name, value in found.items() if name not in LIMITS}
        found |= layer
    return {name: value for name, value in found.items() if value is not None}
