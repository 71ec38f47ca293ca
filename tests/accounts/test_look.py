"""Tokens can be read in light and dark, and every word of the pages is there in Chinese."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOKENS = (ROOT / "static/css/tokens.css").read_text()
BLOCKS = re.findall(r"(?s):root[^{]*\{(.*?)\}", TOKENS)
GROUNDS = ("paper", "surface", "sunken", "bubble")


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#\w{6});", block))


LIGHT = colours(BLOCKS[0])
DARK_BLOCKS = [block for block in BLOCKS if "color-scheme: dark" in block]
DARK = colours(DARK_BLOCKS[0])


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_dark_is_the_same_by_system_and_by_choice() -> None:
    first, second = (re.sub(r"\s+", " ", block) for block in DARK_BLOCKS)
    assert first == second


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_edges_have_contrast(palette: dict[str, str]) -> None:
    assert palette.keys() >= {"line", "edge", *GROUNDS}
    for ink in ("ink", "ink-2", "accent", "danger", "warn", "ok"):
        assert {ground: contrast(palette[ink], palette[ground]) >= 4.5 for ground in GROUNDS} == dict.fromkeys(
            GROUNDS, True
        )
    for kind in ("accent", "danger", "warn", "ok"):
        assert contrast(palette["ink"], palette[f"{kind}-soft"]) >= 4.5
    assert min(contrast(palette[ground], palette["accent-ink"]) for ground in ("accent", "accent-hover")) >= 4.5
    assert min(contrast(palette["edge"], palette[ground]) for ground in GROUNDS) >= 3


def spoken() -> set[str]:
    """Every msgid of this room's templates and code."""
    found: set[str] = set()
    for page in [*ROOT.glob("templates/*.html"), *ROOT.glob("templates/account*/*.html")]:
        text = page.read_text()
        found.update(word for _, word in re.findall(r"""\{% translate (["'])(.*?)\1""", text))
        blocks = re.findall(r"(?s)\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", text)
        found.update(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block) for block in blocks)
    for module in ROOT.glob("chatsite/accounts/*.py"):
        found.update(re.findall(r'(?:\b_|pgettext_lazy\("[^"]*", )\(?\s*"(.*?)"\s*\)', module.read_text()))
    return found


def test_every_word_is_there_in_chinese_and_none_too_many() -> None:
    catalog = (ROOT / "chatsite/accounts/locale/zh_Hans/LC_MESSAGES/django.po").read_text()
    ours, _, djangos = catalog.partition("# --- Said by Django")
    assert {entry.msgid for entry in polib.pofile(ours) if entry.translated()} == spoken()
    assert all(entry.translated() for entry in polib.pofile(f"#{djangos}"))
