"""What a process remembers of one message, and who is woken."""

from uuid import UUID

from chatsite.generation.events import Content, Start
from chatsite.generation.feed import KEPT_BYTES, SLICE, Feed
from chatsite.generation.sse import Encoder, Head

HEAD = Head("018f3a00-0000-7000-8000-000000000001", "018f3a00-0000-7000-8000-000000000003", None, "m", 1)


def feed(last: int = 0) -> Feed:
    return Feed(UUID(HEAD.message), Encoder(HEAD), last)


def write(to: Feed, count: int, text: str = "x") -> list[bytes]:
    frames = [to.assign(Content(text))[1] for _ in range(count)]
    for frame in frames:
        to.publish(frame)
    return frames


def test_frames_behind_a_cursor_come_in_order_and_in_slices() -> None:
    it = feed()
    frames = write(it, SLICE + 3)
    assert it.since(0) == frames[:SLICE]
    assert it.since(SLICE) == frames[SLICE:]
    assert it.since(SLICE + 3) == []


def test_of_large_frames_fewer_are_handed_out_at_once() -> None:
    it = feed()
    frames = write(it, 12, "x" * 20_000)
    assert it.since(0) == frames[:4]
    assert it.since(11) == frames[11:]


def test_what_is_older_than_what_is_kept_is_for_the_journal() -> None:
    it = feed()
    frames = write(it, 100, "x" * 10_000)
    assert it.since(0) is None
    assert sum(map(len, it._frames)) <= KEPT_BYTES
    assert it.since(99) == frames[99:]


def test_a_feed_that_continues_knows_nothing_of_before() -> None:
    it = feed(last=7)
    assert it.assign(Start())[0] == 8
    it.publish(b"8")
    assert it.since(7) == [b"8"]
    assert it.since(6) is None


async def test_all_who_wait_are_woken_once_and_one_that_gave_up_disturbs_nobody() -> None:
    it = feed()
    first, second = it.wait(), it.wait()
    first.cancel()
    it.wake()
    assert second.done()
    assert not it.wait().done()


async def test_closing_wakes_and_tells_an_end_from_a_cut() -> None:
    ended, cut = feed(), feed()
    waiting = ended.wait()
    ended.close(ended=True)
    cut.close(ended=False)
    assert waiting.done()
    assert (ended.over, ended.ended, cut.over, cut.ended) == (True, True, True, False)
