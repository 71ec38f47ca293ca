"""Messages as people and models write them, as far as a search can tell: Chinese, English, and both in one.

Words and characters are drawn as often as Zipf says; the commonest are the real ones, so 的 is in most Chinese messages
and "the" in most English ones. The same seed makes the same messages.
"""

import random
from itertools import accumulate

COMMON = (
    "的 了 是 在 我 不 有 和 人 这 中 大 为 上 个 们 到 说 要 就 你 会 可以 我们 什么 没有 一个 这个 自己 因为 所以"
)
FREQUENT = "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they"
CHARACTERS, WORDS = 3500, 30_000
_SYLLABLES = "con tra per sta ment ing re de pro ver la ti on er al is com pre ex ter ure ent ic ab le ous mo ra ne su"


class Writer:
    """Writes messages."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        characters = [chr(0x4E00 + n) for n in self._random.sample(range(20_000), CHARACTERS)]
        self._chinese = COMMON.split() + self._vocabulary(characters, 1.0)
        self._english = FREQUENT.split() + self._vocabulary(_SYLLABLES.split(), 0.3)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))

    def message(self) -> str:
        """Of a few words to a few thousand, 60 in the middle."""
        kind = self._random.random()
        length = min(3000, int(self._random.lognormvariate(4.1, 1.0)) + 2)
        if kind < 0.55:
            return self._sentences(self._chinese, length, "", "，。")
        if kind < 0.9:
            return self._sentences(self._english, length, " ", ",.").capitalize()
        return self._sentences(self._chinese, length // 2, "", "，。") + self._sentences(
            self._english, length // 2, " ", ",."
        )

    def _sentences(self, vocabulary: list[str], length: int, space: str, marks: str) -> str:
        words = self._random.choices(vocabulary, cum_weights=self._weights[: len(vocabulary)], k=max(length, 1))
        for at in range(7, len(words), 8):
            words[at] += marks[at % 3 == 0]
        return space.join(words)

    def _vocabulary(self, parts: list[str], steepness: float) -> list[str]:
        """Words of two or three parts, most often of the first ones."""
        weights = list(accumulate(1 / (rank + 5) ** steepness for rank in range(len(parts))))
        lengths = self._random.choices((1, 2, 2, 2, 3, 4), k=2 * WORDS)
        made = dict.fromkeys("".join(self._random.choices(parts, cum_weights=weights, k=k)) for k in lengths)
        return list(made)[: WORDS - 40]
