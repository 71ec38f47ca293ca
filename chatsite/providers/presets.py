"""Providers people connect most, with what they would otherwise have to look up."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Preset:
    """`prefer` names models that make a good default, best first; those that the provider does not list are skipped."""

    slug: str
    name: str
    base_url: str
    prefer: tuple[str, ...] = ()
    key_url: str = ""  # where a key is made; "": this provider asks for none
    hint: str | Promise = ""


OPENAI = Preset(
    "openai",
    "OpenAI",
    "https://api.openai.com/v1",
    ("gpt-4o-mini", "gpt-4.1-mini", "gpt-5-mini", "gpt-4o"),
    "https://platform.openai.com/api-keys",
)
PRESETS = (
    OPENAI,
    Preset(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com/v1",
        ("deepseek-chat", "deepseek-reasoner"),
        "https://platform.deepseek.com/api_keys",
    ),
    Preset(
        "dashscope",
        "通义千问",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ("qwen-plus", "qwen-turbo", "qwen-max"),
        "https://bailian.console.aliyun.com/?tab=model#/api-key",
        _("Outside mainland China the address is https://dashscope-intl.aliyuncs.com/compatible-mode/v1."),
    ),
    Preset(
        "kimi",
        "Kimi",
        "https://api.moonshot.cn/v1",
        ("kimi-latest", "moonshot-v1-auto", "moonshot-v1-8k"),
        "https://platform.moonshot.cn/console/api-keys",
        _("Outside mainland China the address is https://api.moonshot.ai/v1."),
    ),
    Preset(
        "bigmodel",
        "智谱",
        "https://open.bigmodel.cn/api/paas/v4",
        ("glm-4-flash", "glm-4-plus", "glm-4.5"),
        "https://open.bigmodel.cn/usercenter/apikeys",
        _("Outside mainland China the address is https://api.z.ai/api/paas/v4."),
    ),
    Preset(
        "ollama",
        "Ollama",
        "http://localhost:11434/v1",
        hint=_("On your own machine, without a key. Fetch a model first, for example: ollama pull qwen3"),
    ),
)


def preset_of(base_url: str) -> Preset | None:
    """The preset whose server this address is on, whatever the path."""
    place = urlsplit(base_url).netloc.lower()
    return next((preset for preset in PRESETS if urlsplit(preset.base_url).netloc == place), None)
