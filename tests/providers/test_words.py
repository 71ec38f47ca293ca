"""Both languages are complete, and every failure has its sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

from chatsite.providers import words
from chatsite.providers.failures import Failure, Kind
from chatsite.providers.probe import BrokenOff, NotTheApi

ROOT = Path(__file__).resolve().parents[2]
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}


def said_in_code() -> Iterator[str]:
    for path in (ROOT / "chatsite/providers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def said_in_templates() -> Iterator[str]:
    """templatize makes gettext("…") calls of the tags, as makemessages reads them."""
    for path in (ROOT / "templates/providers").glob("*.html"):
        for call in re.findall(r"gettext\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")", templatize(path.read_text())):
            yield ast.literal_eval(call)


@pytest.mark.parametrize("sentence", sorted({*said_in_code(), *said_in_templates()}))
def test_every_sentence_is_there_in_chinese(sentence: str) -> None:
    with override("zh-hans"):
        there = gettext(sentence)
    assert re.search(r"[\u4e00-\u9fff]", there)
    assert re.findall(r"%\(\w+\)", there) == re.findall(r"%\(\w+\)", sentence)


def test_there_are_sentences_to_look_at() -> None:
    assert len(set(said_in_code())) > 50
    assert len(set(said_in_templates())) > 30


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.STATUS])
def test_every_kind_of_failure_has_a_sentence(kind: Kind) -> None:
    assert words._sentence(Failure(kind)).endswith((".", "?"))


@pytest.mark.parametrize(
    ("status", "part"), [(302, "leads on"), (402, "out of credit"), (418, "refuses"), (502, "trouble of its own")]
)
def test_every_status_has_a_sentence(status: int, part: str) -> None:
    assert part in words._sentence(Failure(Kind.STATUS, status))


def test_the_providers_own_words_stand_behind_ours() -> None:
    assert words.told(BrokenOff("Overloaded")) == "The provider broke off its answer. It says: Overloaded"
    assert words.told(NotTheApi()).startswith("Something answers")
    assert words.told(openai.OpenAIError("secret")).startswith("It failed in a way")
