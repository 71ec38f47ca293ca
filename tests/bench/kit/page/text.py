"""Markdown as models write it: prose in two languages, a list, code, a table, math, a link."""

_SECTION = """\
## Part {n}: keeping what was said

A reader asked how **{n} streams** can share one process without *losing a single word*; `journal.commit({n})` is the
short answer, and [the long one](https://example.org/{n}) follows. **注意：**请先备份，再升级到第 {n} 版。

1. Write the event down.
2. Tell whoever waits, at most ~{n} ms later.
   - Slow readers keep a position, not a queue.

```python
def follow(cursor: int = {n}) -> Iterator[bytes]:
    while event := journal.after(cursor):
        cursor, frame = event.seq, event.frame
        yield frame
```

| streams | p50 | p95 |
|--------:|----:|----:|
| {n} | 3 ms | 9 ms |

So $T_{{{n}}} = \\sum_i t_i$ stays bounded, 周期3~5天。

"""


def sections(first: int, count: int) -> str:
    return "".join(_SECTION.format(n=n) for n in range(first, first + count))


def answer(characters: int, end: str) -> str:
    """So many, the last of them `end` as a paragraph of its own."""
    characters -= len(end) + 2
    whole = sections(1, 2 + characters // len(sections(1, 1)))
    # Cut at the end of a section: what is left of the size is filled with plain words, so that no fence stays open.
    whole = whole[: whole[:characters].rindex("## Part")]
    words = "and so on " * (1 + characters // 10)
    return f"{whole}{words[: characters - len(whole)]}\n\n{end}"
