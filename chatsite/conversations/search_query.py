"""What a user looks for, and whether and where a text has it. Pure.

A query is plain text. Its words may stand in any order, and the last one may be unfinished. A piece with dense
characters (search_words.py) is found as it stands, punctuation and all; so is what stands in quotes, except that
between quoted words there may be anything that is neither word nor dense character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chatsite.conversations.search_words import BETWEEN_WORDS, LETTER, LONGEST, fold, opening, pairs, runs, words

CHARACTERS, TERMS = 200, 30  # of a query at the most
KEYS = 40  # looked up of a query; the text has the last word anyway
_QUOTES = str.maketrans(dict.fromkeys("“”„‟", '"'))


class TooLong(Exception):
    """The query has more than CHARACTERS or TERMS."""


@dataclass(frozen=True)
class Query:
    """`keys`, and something that begins with `beginning` if that is not empty, are where all `patterns` are."""

    patterns: tuple[re.Pattern[str], ...] = ()
    keys: tuple[str, ...] = ()
    beginning: str = ""

    def matches(self, folded: str) -> bool:
        return all(pattern.search(folded) for pattern in self.patterns)

    def first(self, folded: str) -> int:
        """Where the first of it stands, 0 when nothing does."""
        found = (pattern.search(folded) for pattern in self.patterns)
        return min((match.start() for match in found if match), default=0)

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Where what was looked for stands, in order and apart from each other."""
        found = sorted(match.span() for pattern in self.patterns for match in pattern.finditer(folded))
        apart: list[tuple[int, int]] = []
        for start, end in found:
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        return apart


def parse(text: str) -> Query:
    """Any text is a query; without patterns when there is nothing in it to look for. TooLong."""
    if len(text) > CHARACTERS:
        raise TooLong
    terms = list(_terms(fold(text).translate(_QUOTES)))
    if sum(len(term.words) + len(runs(term.text)) for term in terms) > TERMS:
        raise TooLong
    keys = [key for term in terms for key in term.sought()]
    beginning = next((term.words[-1] for term in terms if term.unfinished), "")
    if 0 < len(beginning) <= 2:
        keys, beginning = [opening(beginning), *keys], ""
    patterns = [re.compile(pattern) for pattern in dict.fromkeys(term.pattern for term in terms)]
    return Query(tuple(patterns), tuple(dict.fromkeys(keys))[:KEYS], beginning[:LONGEST])


@dataclass(frozen=True)
class _Term:
    """Something to be found in one place. `open`: nothing says yet that its last word has ended."""

    text: str
    exact: bool = False  # as it stands, else its words in their order
    open: bool = False

    @property
    def words(self) -> list[str]:
        return words(self.text)

    @property
    def unfinished(self) -> bool:
        return self.open and bool(re.search(f"{LETTER}$", self.text))

    @property
    def pattern(self) -> str:
        between = re.escape(self.text) if self.exact else BETWEEN_WORDS.join(map(re.escape, self.words))
        before = f"(?<!{LETTER})" if re.match(LETTER, self.text) else ""
        after = f"(?!{LETTER})" if re.search(f"{LETTER}$", self.text) and not self.open else ""
        return before + between + after

    def sought(self) -> Iterator[str]:
        """Keys of its runs, and of its words but for an unfinished one."""
        for run in runs(self.text):
            yield from pairs(run) or run
        yield from (word[:LONGEST] for word in (self.words[:-1] if self.unfinished else self.words))


def _terms(folded: str) -> list[_Term]:
    parts = folded.split('"')
    terms: list[_Term] = []
    for n, part in enumerate(parts):
        if n % 2:
            terms += _term(part)
        else:
            terms += [term for piece in part.split() for term in _plain(piece)]
    closed = len(parts) > 1 and len(parts) % 2 and not parts[-1].strip()
    if terms and not closed:
        terms[-1] = replace(terms[-1], open=True)
    return terms


def _plain(piece: str) -> list[_Term]:
    return _term(piece) if runs(piece) else [_Term(word) for word in words(piece)]


def _term(text: str) -> list[_Term]:
    if runs(text):
        return [_Term(text.strip(), exact=True)]
    found = " ".join(words(text))
    return [_Term(found)] if found else []
