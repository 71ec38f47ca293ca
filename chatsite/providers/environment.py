"""The provider that the environment describes. It needs no row to take part, and its key is never stored."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from chatsite.providers.presets import OPENAI, preset_of


@dataclass(frozen=True, slots=True)
class Environment:
    """OPENAI_API_KEY, OPENAI_BASE_URL, CHATSITE_OUTBOUND_PROXY and CHATSITE_MODELS."""

    base_url: str
    api_key: str = field(repr=False)
    proxy: str = field(repr=False)
    models: tuple[str, ...]  # exactly these, in this order, the first is the default; empty: ask the provider

    @property
    def name(self) -> str:
        """What the provider is called: by its preset, else by its host."""
        preset = preset_of(self.base_url)
        return preset.name if preset else urlsplit(self.base_url).netloc

    @property
    def known(self) -> tuple[str, ...]:
        """Models to offer before the provider has been asked for the first time."""
        preset = preset_of(self.base_url)
        return self.models or (preset.prefer[:1] if preset and preset.prefer else ("default",))


def environment() -> Environment | None:
    """None when neither a key nor a base URL is set."""
    if not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL:
        return None
    return Environment(
        base_url=settings.OPENAI_BASE_URL or OPENAI.base_url,
        api_key=settings.OPENAI_API_KEY,
        proxy=settings.OUTBOUND_PROXY,
        models=tuple(settings.OFFERED_MODELS),
    )
