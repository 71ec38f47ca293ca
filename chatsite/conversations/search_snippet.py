"""A few words around what was found. Pure."""

import re
from bisect import bisect_right
from functools import lru_cache

from typing_extensions import TypedDict  # pydantic can't read that of typing before Python 3.12

from chatsite.conversations.search_query import Query
from chatsite.conversations.search_words import SIGNS, fold, stretches

BEFORE, BEHIND = 40, 160  # characters of the text
_WORD_EDGE = 15  # characters given up so that a word is not cut

# What folds together: a character with all that may melt into it (signs, the marks of half-width kana, jamo).
_CLUSTER = re.compile(f".[{SIGNS}\u1160-\u11ff\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
_melt = lru_cache(10_000)(fold)


class Piece(TypedDict):
    """Of the text as it is, but for white space; `hit`: this is what was looked for."""

    text: str
    hit: bool


def snippet(text: str, folded: str, query: Query) -> list[Piece]:
    """The surroundings of the first find in pieces; the beginning of the text when nothing is found in it."""
    start, end = _window(text, query.first(folded))
    shown = text[start:end]
    pieces, last = [("…" if start else "", False)], 0
    for begin, stop in _finds(shown, query):
        pieces[-1] = (pieces[-1][0] + shown[last:begin], False)
        pieces += [(shown[begin:stop], True), ("", False)]
        last = stop
    pieces[-1] = (pieces[-1][0] + shown[last:] + ("…" if end < len(text) else ""), False)
    return [Piece(text=re.sub(r"\s+", " ", words), hit=hit) for words, hit in pieces if words]


def _window(text: str, first: int) -> tuple[int, int]:
    """From where to where it is shown; `first` is where the first find begins once the text is folded."""
    at = _unfolded(text, first)
    start, end = max(0, at - BEFORE), min(len(text), at + BEHIND)
    if start and (space := re.search(r"\s", text[start : start + _WORD_EDGE])):
        start += space.end()
    if end < len(text) and (space := re.search(r"\s\S*$", text[end - _WORD_EDGE : end])):
        end += space.start() - _WORD_EDGE
    return start, end


def _unfolded(text: str, position: int) -> int:
    """Where the character stands that is at this position once the text is folded."""
    start = 0
    for stretch in stretches(text):
        size = len(fold(stretch))
        if position < size:
            return start + _nearby(stretch, position)
        start, position = start + len(stretch), position - size
    return max(0, start - 1)


def _nearby(text: str, position: int) -> int:
    return bisect_right(range(len(text) + 1), position, key=lambda end: len(fold(text[:end]))) - 1


def _finds(shown: str, query: Query) -> list[tuple[int, int]]:
    """The query's spans, as positions of what is shown."""
    folded, origin = "", []
    for cluster in _CLUSTER.finditer(shown):
        melted = _melt(cluster[0])
        folded += melted
        origin += [cluster.span()] * len(melted)
    return [(origin[start][0], origin[end - 1][1]) for start, end in query.spans(folded) if start < end]
