import openai

from chatsite.providers.models import Target


def client(target: Target) -> openai.AsyncOpenAI:
    """The SDK client for a target; one per (base_url, api_key, proxy) and event loop. Call on the loop only."""
    raise NotImplementedError
