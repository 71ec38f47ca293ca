"""An open reader is told soon that its credential has fallen, and by one query for all of them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone

from chatsite.accounts import revocation
from chatsite.accounts.auth import Principal, revoked
from chatsite.accounts.models import ApiKey, Scope, User
from tests.accounts.test_auth import session

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def by_session(user: User) -> Principal:
    key = session(user).session_key
    assert key
    return Principal(User.objects.get(pk=user.pk), "access", key)


@sync_to_async
def by_key(user: User) -> Principal:
    key, _ = ApiKey.objects.issue(user, "laptop", [Scope.READ])
    return Principal(user, "key", key.pk.hex)


def deactivate(principal: Principal) -> None:
    User.objects.filter(pk=principal.user.pk).update(is_active=False)


def change_password(principal: Principal) -> None:
    user = User.objects.get(pk=principal.user.pk)
    user.set_password("another long password")
    user.save()


def delete(principal: Principal) -> None:
    User.objects.get(pk=principal.user.pk).delete()


def sign_out(principal: Principal) -> None:
    Session.objects.filter(session_key=principal.credential).delete()


def revoke(principal: Principal) -> None:
    ApiKey.objects.filter(pk=principal.credential).update(revoked=timezone.now())


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for each time that the database is asked, when it is: once a second."""
    noted: list[object] = []
    standing = revocation._standing

    def note(principals: Any) -> Any:
        noted.append(principals)
        return standing(principals)

    monkeypatch.setattr(revocation, "_standing", note)
    return noted


@pytest.mark.parametrize(
    ("way", "end"),
    [
        (by_session, deactivate),
        (by_session, change_password),
        (by_session, delete),
        (by_session, sign_out),
        (by_key, deactivate),
        (by_key, delete),
        (by_key, revoke),
    ],
)
async def test_a_reader_is_told_by_the_next_look_after(
    alice: User, bob: User, way: Callable[[User], Any], end: Callable[[Principal], None], looks: list[object]
) -> None:
    hers, his = await way(alice), await way(bob)
    told, not_told = asyncio.create_task(revoked(hers)), asyncio.create_task(revoked(his))
    await asyncio.sleep(0)
    await sync_to_async(end)(hers)
    before = len(looks)
    await asyncio.wait_for(told, 30)
    assert len(looks) - before <= 1
    assert revocation.TICK <= 1  # so that it is 2 s with all the rest
    assert not not_told.done()
    not_told.cancel()


async def test_what_fell_before_the_reader_waited_is_told_too(alice: User) -> None:
    hers = await by_session(alice)
    await sync_to_async(change_password)(hers)
    await asyncio.wait_for(revoked(hers), 30)


async def test_a_key_outlives_a_change_of_password(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "TICK", 0.05)
    hers = await by_key(alice)
    await sync_to_async(change_password)(hers)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revoked(hers), 0.3)


async def test_many_readers_cost_one_query_a_tick(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "TICK", 0.05)
    asked: list[str] = []
    ticked = asyncio.Event()
    loop = asyncio.get_running_loop()
    standing = revocation._standing

    def counted(principals: Any) -> Any:
        def count(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connections["default"].execute_wrapper(count):
            found = standing(principals)
        loop.call_soon_threadsafe(ticked.set)
        return found

    monkeypatch.setattr(revocation, "_standing", counted)
    principals = [await way(user) for way in (by_session, by_key) for user in (alice, bob) for _ in range(5)]
    readers = [asyncio.create_task(revoked(principal)) for principal in principals]
    await ticked.wait()
    assert len(asked) == 1
    assert not any(reader.done() for reader in readers)
    for reader in readers:
        reader.cancel()


async def test_the_watch_ends_with_its_last_reader_and_begins_again_with_the_next(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "TICK", 0.05)
    hers = await by_session(alice)
    first = asyncio.create_task(revoked(hers))
    await asyncio.sleep(0)
    watcher = revocation._watcher
    assert watcher
    first.cancel()
    await asyncio.wait_for(watcher, 30)
    assert not revocation._waiting
    await sync_to_async(sign_out)(hers)
    await asyncio.wait_for(revoked(hers), 30)


async def test_a_database_that_is_away_for_a_while_ends_no_stream(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(revocation, "TICK", 0.05)
    hers = await by_session(alice)
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()
    standing = revocation._standing

    def away(principals: Any) -> Any:
        loop.call_soon_threadsafe(failed.set)
        raise OSError("no connection")

    monkeypatch.setattr(revocation, "_standing", away)
    reader = asyncio.create_task(revoked(hers))
    await asyncio.wait_for(failed.wait(), 30)
    assert not reader.done()
    monkeypatch.setattr(revocation, "_standing", standing)
    await sync_to_async(sign_out)(hers)
    await asyncio.wait_for(reader, 30)
    assert "no connection" in caplog.text
