"""Text as search sees it, for queries and for what is searched alike. Pure.

Characters of scripts that put no spaces between words (Chinese, Japanese, Korean, Thai …; here: dense) each count for
themselves; everything else is made of words. What the index keeps of a text is the set of its keys:

* each dense character, and each pair of neighbours as a number (one of PAIRS, so that it takes four bytes);
* each word, and the first one and two letters of it, for who is just typing: a longer beginning is looked up in the
  index's sorted words, but so many words share a short one that it would take long.

The keys are a sieve: what search_query.py finds has all keys of the query, and of what has them all it takes its pick.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

STRETCH = 500  # characters folded at once, or up to twice as many
LONGEST = 40  # letters of a word that count; a longer one (a hash, a blob in Base64) is found by them
PAIRS = 131_000  # as many as the planes for private use have room for
_FIRST_PAIR = 0xF0000

# Thai, Lao, Burmese, Khmer; jamo; emoji and other pictures; radicals, kana, bopomofo, Han; Hangul; the planes of Han.
DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2600-\u27bf\u2e80-\u2fdf\u3005-\u3007\u3021-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U0001f000-\U0001faff"
    "\U00020000-\U0003ffff"
)
# Signs that belong to the letter before them, which \w does not know: accents, Hebrew, Arabic, the scripts of India.
SIGNS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0963\u0966-\u0dff\u0f71-\u0fbc"
LETTER = rf"(?:(?![{DENSE}_])[\w{SIGNS}])"
BETWEEN_WORDS = rf"(?:_|[^\w{SIGNS}{DENSE}])+"

_WIDE = tuple(zip("，：；！？（）～\u3000…", (*",:;!?()~ ", "..."), strict=True))
_EDGE = re.compile("[\0-\x7f\u3400-\u9fff]")  # never melts into what stands before it
_RUN = re.compile(f"[{DENSE}]+")
_NO_LETTER = re.compile(f"[{DENSE}_]+")
_WORD = re.compile(rf"[\w{SIGNS}]+")


def fold(text: str) -> str:
    """Upper and lower case, full and half width, and other ways to write the same, made one."""
    for wide, narrow in _WIDE:  # what is in every Chinese text; without it `normalize` has mostly nothing to do
        text = text.replace(wide, narrow)
    return "".join(unicodedata.normalize("NFKC", stretch).casefold() for stretch in stretches(text))


def stretches(text: str) -> Iterator[str]:
    """The text in pieces that fold by themselves. At once, 200,000 accents on one letter would take minutes to sort."""
    start = 0
    while start < len(text):
        edge = _EDGE.search(text, start + STRETCH, start + 2 * STRETCH)
        end = edge.start() if edge else start + 2 * STRETCH
        yield text[start:end]
        start = end


def runs(folded: str) -> list[str]:
    """Its dense characters, as they stand together."""
    return _RUN.findall(folded)


def words(folded: str) -> list[str]:
    """Its words; what is joined by _ counts as several."""
    return _WORD.findall(_NO_LETTER.sub(" ", folded))


def keys(folded: str) -> set[str]:
    """All that a query may look this text up by."""
    found: set[str] = set()
    for run in runs(folded):
        found.update(run)
        found.update(pairs(run))
    for word in set(words(folded)):
        found.update((word[:LONGEST], opening(word[:1]), opening(word[:2])))
    return found


def pairs(run: str) -> set[str]:
    """The keys of all neighbours in a run."""
    return {chr(_FIRST_PAIR + (ord(a) * 40_503 + ord(b)) % PAIRS) for a, b in set(pairwise(run))}


def opening(letters: str) -> str:
    """The key of words that begin so; no word has the sign in it."""
    return f"{letters}…"
