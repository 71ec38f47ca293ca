"""A lighthouse keeper's log of sixty days: as long as a long answer gets, and no two days alike.

Each day takes the next phrase of every list. The lengths of the lists have no common divisor, so the combination
does not come round within a lifetime.
"""

from collections.abc import Sequence
from typing import Literal

DAYS = 60

_EN = (
    ("Wind south-west, moderate", "Wind north, fresh, with hail before dawn", "Dead calm", "Wind east, light, smelling of hay",
     "Gale from the west, easing at noon", "Wind south, warm for the season", "Wind north-east, thin and cold"),
    ("The sea long and grey.", "The sea flat as slate.", "A short, cross sea in the channel.", "Surf on the outer reef all day.",
     "Fog until eleven; sounded the horn every ninety seconds."),
    ("Two herring boats passed close in and waved", "A three-master stood off for the pilot", "Nothing under sail was seen",
     "The supply boat brought flour, lamp oil and last week's papers", "A seal watched me from the landing for an hour",
     "Geese went over, very high, going south", "A steamer signalled for the time and was given it",
     "The mail boat turned back at the bar", "Counted eleven sails at sunset", "A racing pigeon rested on the gallery, ring 4107",
     "The boy from the farm rowed out with eggs"),
    ("Cleaned the lens, all forty prisms.", "Oiled the clockwork and timed it: two seconds slow in the hour.",
     "Painted the gallery rail, first coat.", "Mended the oilskin at the elbow.", "Scrubbed the stairs, 163 steps.",
     "Trimmed the wicks and filled both tanks.", "Caulked the dinghy.", "Took down the curtain and washed the lantern glass inside and out.",
     "Wound the clock and wrote the quarter's return.", "Split driftwood.", "Replaced the cracked pane on the weather side.",
     "Sharpened everything that has an edge.", "Sorted the flags and sewed the letter K."),
    ("One learns to count by the light.", "It is not loneliness when somebody steers by you.", "Read until the lamp wanted winding.",
     "The soup was better for being late.", "Slept badly and woke to the horn, which was mine.",
     "I have begun to know the gulls apart.", "Wrote a letter; there is no hurry about posting it.",
     "Some days the horizon is a line, and some days it is a decision.", "Nothing went wrong, which is the whole of the work."),
)  # fmt: skip
_ZH = (
    ("西南风，和缓", "北风转强，黎明前有冰雹", "无风", "东风轻软，带着干草的气味", "西来大风，正午渐息", "南风，比时令暖和", "东北风，又细又冷"),
    ("海面灰而悠长。", "海面平得像石板。", "航道里浪又短又乱。", "外礁整日有浪花。", "十一点前有雾，每九十秒鸣号一次。"),
    ("两条鲱鱼船贴岸驶过，朝我挥手", "一艘三桅船停在外面等引水员", "没有看见一片帆", "补给船送来面粉、灯油和上周的报纸",
     "一只海豹在码头看了我一个钟头", "大雁飞过，很高，往南去", "一艘汽船发信号问时间，我答了", "邮船在沙洲前掉了头",
     "日落时数到十一片帆", "一只赛鸽在回廊上歇脚，脚环四一〇七", "农场的孩子划船送来鸡蛋"),
    ("擦了透镜，四十块棱镜，一块不落。", "给钟机上油，校时：每小时慢两秒。", "回廊栏杆刷了第一遍漆。", "补好了雨衣的肘部。", "刷洗楼梯，一百六十三级。",
     "修剪灯芯，两个油箱都加满。", "给小艇捻缝。", "取下帘子，把灯室玻璃里外洗净。", "给钟上弦，写了本季的报表。", "劈了漂来的木头。",
     "换了迎风面那块裂开的玻璃。", "凡有刃的都磨了一遍。", "理好信号旗，缝好了字母 K。"),
    ("久了，便学会按灯光来数数。", "有人凭你辨认方向，就不算孤独。", "读书，读到灯该上弦为止。", "汤晚了一些，反而更好喝。", "没睡好，被雾号吵醒，雾号是我自己拉的。",
     "我开始认得出一只只海鸥了。", "写了一封信，不急着寄。", "有些日子，天边是一条线；有些日子，它是一个决定。", "什么事也没出，这便是全部的工作。"),
)  # fmt: skip


def keepers_log(language: Literal["en", "zh"]) -> str:
    """The whole log as Markdown: a heading a week, a paragraph a day, the week's sums as a table."""
    weeks = [range(first, min(first + 7, DAYS + 1)) for first in range(1, DAYS + 1, 7)]
    return "\n".join(_week(number, days, language) for number, days in enumerate(weeks, 1))


def _week(number: int, days: Sequence[int], language: Literal["en", "zh"]) -> str:
    if language == "en":
        head, columns = f"\n## Week {number}\n", "| Day | Sails | Oil, pints | Glass |"
    else:
        head, columns = f"\n## 第 {number} 周\n", "| 日 | 帆影 | 灯油（品脱） | 气压 |"
    rows = [f"| {day} | {day * 7 % 12} | {20 + day * 5 % 9} | {29 + day * 3 % 17 / 10:.1f} |" for day in days]
    return "\n".join([head, *[_day(day, language) for day in days], columns, "|--:|--:|--:|--:|", *rows, ""])


def _day(day: int, language: Literal["en", "zh"]) -> str:
    wind, sea, sight, chore, thought = (phrases[day * 3 % len(phrases)] for phrases in (_EN if language == "en" else _ZH))
    if language == "en":
        return f"**Day {day}.** {wind}. {sea} {sight}. {chore} {thought}\n"
    return f"**第 {day} 日：**{wind}。{sea}{sight}。{chore}{thought}\n"
