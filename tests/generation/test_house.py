"""One process put together, in this process: the ends that no request can bring about on purpose."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from django.conf import settings
from django.db import DatabaseError, DataError, transaction
from psycopg.errors import StringDataRightTruncation

from chatsite.accounts.auth import Principal
from chatsite.accounts.models import User
from chatsite.conversations.models import Message, Status
from chatsite.errors import ApiError
from chatsite.generation import house, start
from chatsite.generation.lease import Lease
from chatsite.generation.models import Event, Worker
from chatsite.generation.run import Run
from chatsite.generation.start import Ask
from chatsite.generation.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def opened() -> AsyncIterator[house.House]:
    """A house of this test; it answers with the demo."""
    await house.open_house()
    yield house.current()
    await house.close_house(0)


async def somebody() -> User:
    return await in_thread(User.objects.create_user, "alice@example.org")


async def test_a_cancel_before_the_first_step_of_its_task_ends_it(opened: house.House) -> None:
    user = await somebody()
    run = await opened.runs.start(user.pk, Ask("hello"))
    assert isinstance(run, Run)
    assert opened.runs.cancel(run.begun.message_id)
    while not run.feed.over:
        await run.feed.wait()
    message = await in_thread(Message.objects.get, pk=run.begun.message_id)
    assert message.status == Status.CANCELLED


async def test_rows_without_a_task_end_with_the_lease(opened: house.House) -> None:
    user = await somebody()
    begun = await in_thread(start.begin, user.pk, Ask("hello"), opened.journal.lease)
    assert isinstance(begun, start.Begun)
    await house.close_house(0)
    message = await in_thread(Message.objects.get, pk=begun.message_id)
    assert message.status == Status.INTERRUPTED
    assert await in_thread(Worker.objects.count) == 0


async def test_a_start_that_was_overtaken_by_a_new_lease_writes_nothing(
    opened: house.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await somebody()

    def begin_and_be_fenced(user_id: object, ask: Ask, lease: Lease) -> start.Begun | object:
        begun = start.begin(user.pk, ask, lease)
        opened.journal.lease = Lease()  # what the writer does when it finds itself fenced
        lease.abandon()
        return begun

    monkeypatch.setattr("chatsite.generation.run.begin", begin_and_be_fenced)
    with pytest.raises(ApiError) as refused:
        await opened.runs.start(user.pk, Ask("hello"))
    assert refused.value.code == 50301
    assert opened.runs.ids == []
    assert await in_thread(Event.objects.count) == 1  # the start alone


async def test_a_start_that_the_database_refuses_for_what_is_in_it_is_not_told_to_try_again(
    opened: house.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_: object) -> None:
        raise DataError("value too long") from StringDataRightTruncation()

    monkeypatch.setattr("chatsite.generation.run.begin", too_long)
    with pytest.raises(ApiError) as refused:
        await opened.runs.start((await somebody()).pk, Ask("hello"))
    assert (refused.value.code, refused.value.headers) == (50001, {})


def test_who_cannot_register_leaves_no_lock_file() -> None:
    before = set(settings.DATA_DIR.glob("workers/*"))
    with transaction.atomic():
        transaction.set_rollback(True)  # from here on the database is asked nothing
        with pytest.raises(DatabaseError):
            Lease()
    assert set(settings.DATA_DIR.glob("workers/*")) == before


async def test_an_end_that_cannot_be_encoded_is_written_by_the_sweep(
    opened: house.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await somebody()

    def refuse(*_: object) -> None:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no")

    monkeypatch.setattr(opened.journal, "end", refuse)
    run = await opened.runs.start(user.pk, Ask("hello"))
    assert isinstance(run, Run)
    opened.runs.cancel(run.begun.message_id)
    while not run.feed.over:
        await run.feed.wait()
    async with asyncio.timeout(10):
        followed = [chunk async for chunk in await opened.read(Principal(user, "session", ""), run.begun.message_id, 0)]
    assert b'"code":50304' in followed[-1]


async def test_a_task_that_is_cancelled_while_its_end_is_being_written_is_forgotten(
    opened: house.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await somebody()
    writing = asyncio.Event()
    monkeypatch.setattr(opened.journal, "end", lambda *_: writing.set())  # a commit that takes for ever
    run = await opened.runs.start(user.pk, Ask("hello"))
    assert isinstance(run, Run)
    await writing.wait()
    run.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run.task
    assert opened.runs.ids == []
