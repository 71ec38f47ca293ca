"""What the demo calls a conversation when it is asked for a title (generation/titles.py asks every model so)."""

import re

from chatsite.providers.demo.log import Language

_ASKED = re.compile(r"<request>\n(.*?)\n</request>", re.DOTALL)

# By topic of answers.py, or by model.
_NAMES: dict[str, dict[Language, str]] = {
    "tour": {"en": "What answers look like", "zh": "回答的样子"},
    "help": {"en": "What this site can do", "zh": "本站能做什么"},
    "stop": {"en": "Stopping and going on", "zh": "停止与继续"},
    "branch": {"en": "Editing and branching", "zh": "修改与分支"},
    "program": {"en": "Using it from a program", "zh": "在程序里使用"},
    "privacy": {"en": "Who can read this", "zh": "谁能看到这些"},
    "connect": {"en": "Connecting a model", "zh": "连接模型"},
    "demo-slow": {"en": "A slow answer", "zh": "慢慢写的回答"},
    "demo-long": {"en": "A very long answer", "zh": "很长的回答"},
    "demo-reasoning": {"en": "Thinking before answering", "zh": "先思考，再回答"},
    "demo-vision": {"en": "A look at a picture", "zh": "看一张图片"},
    "demo-failing": {"en": "Failing on purpose", "zh": "故意出错"},
}


def request(system: str, words: str) -> str | None:
    """The request that a title is wanted for; None when it is something else that is asked."""
    found = _ASKED.search(words) if "title" in system else None
    return found and found[1]


def name(subject: str, language: Language) -> str:
    """For a topic or a model."""
    return _NAMES[subject][language]
