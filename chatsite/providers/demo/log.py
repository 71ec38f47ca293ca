"""A lighthouse keeper's log of sixty days: as long as a long answer gets, and no two days alike.

Each day takes the phrase after next of every list in texts/log.*.txt: wind, sea, sight, chore, thought. The lengths of
the lists are odd and have no common divisor: every phrase has its day, and the combination does not come round within a
lifetime.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

DAYS = 60
_TEXTS = Path(__file__).parent / "texts"

Language = Literal["en", "zh"]


@cache
def _phrases(language: Language) -> list[list[str]]:
    """The five lists, which stand apart by an empty line."""
    lists = (_TEXTS / f"log.{language}.txt").read_text("utf-8").strip().split("\n\n")
    return [phrases.split("\n") for phrases in lists]


def keepers_log(language: Language) -> str:
    """The whole log as Markdown: a heading a week, a paragraph a day, the week's sums as a table."""
    weeks = [range(first, min(first + 7, DAYS + 1)) for first in range(1, DAYS + 1, 7)]
    return "\n".join(_week(number, days, language) for number, days in enumerate(weeks, 1))


def _week(number: int, days: Sequence[int], language: Language) -> str:
    if language == "en":
        head, columns = f"\n## Week {number}\n", "| Day | Sails | Oil, pints | Glass |"
    else:
        head, columns = f"\n## 第 {number} 周\n", "| 日 | 帆影 | 灯油（品脱） | 气压 |"
    rows = [f"| {day} | {day * 7 % 12} | {20 + day * 5 % 9} | {29 + day * 3 % 17 / 10:.1f} |" for day in days]
    return "\n".join([head, *[_day(day, language) for day in days], columns, "|--:|--:|--:|--:|", *rows, ""])


def _day(day: int, language: Language) -> str:
    wind, sea, sight, chore, thought = (phrases[day * 2 % len(phrases)] for phrases in _phrases(language))
    if language == "en":
        return f"**Day {day}.** {wind}. {sea} {sight}. {chore} {thought}\n"
    return f"**第 {day} 日：**{wind}。{sea}{sight}。{chore}{thought}\n"
