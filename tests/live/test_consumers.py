"""One open page's websocket."""

import asyncio
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session

from chatsite.live import publish
from tests.live.conftest import Somebody

ID = UUID("01930000-0000-7000-8000-000000000001")


async def opened(who: Somebody) -> WebsocketCommunicator:
    socket = who.connect()
    connected, _ = await socket.connect()
    assert connected
    return socket


async def closed_with(socket: WebsocketCommunicator) -> int:
    message = await socket.receive_output(5)
    assert message["type"] == "websocket.close"
    code: int = message["code"]
    return code


async def test_a_page_hears_what_changed_and_nothing_of_others(alice: Somebody, bob: Somebody) -> None:
    hers, his = await opened(alice), await opened(bob)
    publish.conversation_changed(alice.user.pk, ID, 7)
    publish.generation_started(alice.user.pk, ID, ID)
    publish.generation_ended(alice.user.pk, ID, ID, "completed")
    assert [await hers.receive_json_from() for _ in range(3)] == [
        {"type": "conversation.changed", "convGroupId": str(ID), "version": 7},
        {"type": "generation.started", "convGroupId": str(ID), "convId": str(ID)},
        {"type": "generation.ended", "convGroupId": str(ID), "convId": str(ID), "status": "completed"},
    ]
    assert await his.receive_nothing()
    await hers.disconnect()
    await his.disconnect()


async def test_every_page_of_a_user_hears(alice: Somebody) -> None:
    pages = [await opened(alice) for _ in range(3)]
    publish.conversation_changed(alice.user.pk, ID, 1)
    for page in pages:
        assert (await page.receive_json_from())["version"] == 1
        await page.disconnect()


async def test_hints_may_come_from_any_thread(alice: Somebody) -> None:
    page = await opened(alice)
    await asyncio.to_thread(publish.conversation_changed, alice.user.pk, ID, 2)
    assert (await page.receive_json_from())["version"] == 2
    await page.disconnect()


async def test_a_page_that_says_something_is_not_answered(alice: Somebody) -> None:
    page = await opened(alice)
    await page.send_to("hello?")
    await page.send_to(bytes_data=b"\xff")
    publish.conversation_changed(alice.user.pk, ID, 3)
    assert (await page.receive_json_from())["version"] == 3
    await page.disconnect()


async def test_a_stranger_is_told_to_sign_in(alice: Somebody) -> None:
    await sync_to_async(alice.client.logout)()
    socket = alice.connect()
    assert await socket.connect() == (True, None)
    assert await closed_with(socket) == 4401


async def test_signing_out_closes_the_socket(alice: Somebody) -> None:
    page = await opened(alice)
    await Session.objects.all().adelete()
    assert await closed_with(page) == 4401
    await page.disconnect()


async def test_deactivation_closes_the_socket(alice: Somebody, bob: Somebody) -> None:
    page, other = await opened(alice), await opened(bob)
    alice.user.is_active = False
    await alice.user.asave()
    assert await closed_with(page) == 4401
    assert await other.receive_nothing()
    await page.disconnect()
    await other.disconnect()


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:81", "null", "", "http://localhost.evil"])
async def test_other_origins_get_no_socket(alice: Somebody, origin: str) -> None:
    connected, _ = await alice.connect(origin).connect()
    assert not connected


async def test_there_is_one_address(alice: Somebody) -> None:
    connected, _ = await alice.connect(path="/ws/other").connect()
    assert not connected


async def test_nothing_is_left_of_a_page_that_has_gone(alice: Somebody) -> None:
    page = await opened(alice)
    await page.disconnect()
    assert not publish._members
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not [task for task in tasks if "revoked" in repr(task.get_coro())]


def test_a_hint_for_nobody_is_free_and_safe_anywhere() -> None:
    for _ in range(1000):
        publish.conversation_changed(uuid4(), uuid4(), 1)
