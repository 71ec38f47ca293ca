"""What the demo says: a pure function of the conversation, so that *continue* finds the place where it stopped."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chatsite.providers import demo
from chatsite.providers.demo.log import Language, keepers_log

_TEXTS = Path(__file__).parent / "texts"
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Failing:
    """How an answer fails: refused with an HTTP status before it begins, or broken off after its text."""

    how: Literal["refuse", "error", "cut", "garbage", "hang"]
    status: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is still to be said, and the usage to report."""

    content: str
    reasoning: str = ""
    failing: Failing | None = None
    after: str = ""  # what a failure keeps back: only *continue* gets it
    prompt: int = 0  # characters

    @property
    def usage(self) -> dict[str, int]:
        """Token counts like a tokenizer's: about four characters each."""
        asked, said = self.prompt // 4 + 1, (len(self.content) + len(self.reasoning)) // 4 + 1
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def answer(model: demo.DemoModel, messages: list[dict[str, Any]]) -> Answer:
    """The next answer; where the last message is an unfinished answer, what is missing of it."""
    partial = _text(messages[-1]) if messages and messages[-1].get("role") == "assistant" else None
    questions = [_text(message) for message in messages if message.get("role") == "user"]
    whole = replace(_whole(model, questions or [""]), prompt=sum(len(_text(message)) for message in messages))
    return whole if partial is None else _rest(whole, partial, _language((questions or [""])[-1]))


def _rest(whole: Answer, partial: str, language: Language) -> Answer:
    """Continue in mid-word. A text that is not ours is continued with a word of explanation. Nothing fails twice."""
    full = whole.content + whole.after
    content = full[len(partial) :] if full.startswith(partial) else "\n\n" + _read("elsewhere", language)
    return replace(whole, content=content, reasoning="", failing=None, after="")


def _whole(model: demo.DemoModel, questions: list[str]) -> Answer:
    question, language = questions[-1], _language(questions[-1])
    match model.id:
        case "demo-slow":
            return Answer(_read("slow", language))
        case "demo-long":
            return Answer(_read("long", language) + keepers_log(language))
        case "demo-reasoning":
            return _reasoned(question, language)
        case "demo-failing":
            return _failing(question.lower(), language)
        case _:
            return Answer(_read(_topic(question.lower(), len(questions)), language))


# The first topic one of whose words is in the question.
_TOPICS = {
    "connect": "connect|model|provider|api key|openai|deepseek|ollama|qwen|kimi|接入|连接模型|模型|密钥|千问|智谱",
    "stop": "stop|cancel|reload|resume|continue|lose|停止|刷新|继续|断线|丢",
    "branch": "edit|branch|regenerate|version|修改|编辑|分支|重新生成|版本",
    "program": r"curl|endpoint|sdk|\bapis?\b|接口",
    "privacy": "privacy|private|data|store|who can read|secure|隐私|数据|保存|安全",
    "tour": "markdown|table|math|formula|show|demo|表格|公式|数学|排版|演示|展示",
    "help": "help|what can|who are you|what are you|feature|chatsite|帮助|你是谁|能做|可以做|功能",
}


def _topic(question: str, turn: int) -> str:
    """The text that answers: what was asked for, else the tour first and then one thing after the other."""
    asked = next((topic for topic, words in _TOPICS.items() if re.search(words, question)), None)
    rest = ("help", "stop", "branch", "program", "privacy", "connect")
    return asked or ("tour" if turn == 1 else rest[(turn - 2) % len(rest)])


_SUM = re.compile(r"(\d{1,9})\s*([-+*/×÷x加减乘除])\s*(\d{1,9})")


def _reasoned(question: str, language: Language) -> Answer:
    """A sum is worked out; anything else gets the puzzle of the ferryman."""
    found = _SUM.search(question)
    if not found:
        reasoning, content = _read("puzzle", language).split("\n---\n")
        return Answer(content.lstrip(), reasoning.rstrip())
    a, b = int(found[1]), int(found[3])
    reasoning, content = _read("sum", language).split("\n---\n")
    words = {"asked": found[0], "steps": _steps(a, found[2], b), "result": _result(a, found[2], b)}
    return Answer(content.lstrip().format(**words), reasoning.rstrip().format(**words))


def _result(a: int, operator: str, b: int) -> str:
    if operator in "+加":
        return f"{a + b:,}"
    if operator in "-减":
        return f"{a - b:,}"
    if operator in "*×x乘":
        return f"{a * b:,}"
    if b == 0:
        return "∞?"
    return f"{a // b:,}" if a % b == 0 else f"≈ {a / b:,.6g}"


def _steps(a: int, operator: str, b: int) -> str:
    """A product by the digits of its second factor, as one does it on paper."""
    if operator not in "*×x乘":
        return f"{a:,} {operator} {b:,}"
    parts = [int(digit) * 10**place for place, digit in enumerate(reversed(str(b))) if digit != "0"]
    return " + ".join(f"{a:,} × {part:,} = {a * part:,}" for part in reversed(parts)) or "0"


_FAILURES = {
    "429": Failing("refuse", 429),
    "500": Failing("refuse", 500),
    "503": Failing("refuse", 503),
    "401": Failing("refuse", 401),
    "cut": Failing("cut"),
    "断开": Failing("cut"),
    "garbage": Failing("garbage"),
    "乱码": Failing("garbage"),
    "hang": Failing("hang"),
    "卡住": Failing("hang"),
}


def _failing(question: str, language: Language) -> Answer:
    """The text up to the mark, then the failure."""
    failing = next((how for word, how in _FAILURES.items() if word in question), Failing("error"))
    before, after = _read("failing", language).split("\n---\n")
    return Answer(before, failing=failing, after=after)


def _language(text: str) -> Language:
    return "zh" if _HAN.search(text) else "en"


@cache
def _read(name: str, language: Language) -> str:
    return (_TEXTS / f"{name}.{language}.md").read_text("utf-8").strip() + "\n"


def _text(message: dict[str, Any]) -> str:
    """The text of a message, whose content may be a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if isinstance(part, dict) and part.get("type") == "text")
