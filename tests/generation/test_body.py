"""JSON in pieces is the same JSON, and no piece of it holds the loop up."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation.body import PIECE, Picture, Pieces

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


async def sent(pieces: Pieces) -> list[bytes]:
    return [piece async for piece in pieces]


@given(value=VALUES)
async def test_whatever_is_asked_arrives(value: Any) -> None:
    pieces = Pieces(value)
    whole = b"".join(await sent(pieces))
    assert (json.loads(whole), len(whole)) == (value, pieces.length)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 2])
async def test_texts_and_pictures_are_cut_without_a_seam(size: int) -> None:
    text, data = ('第"\n😀' * size)[:size], (bytes(range(256)) * size)[:size]
    pieces = await sent(Pieces([text, Picture("image/png", data)]))
    assert json.loads(b"".join(pieces)) == [text, "data:image/png;base64," + base64.b64encode(data).decode()]
    assert max(map(len, pieces)) < 8 * PIECE


async def test_a_picture_is_cut_into_pieces() -> None:
    pieces = await sent(Pieces(Picture("image/png", bytes(20 * PIECE))))
    assert len(pieces) >= 20


async def test_what_was_sent_is_gone() -> None:
    pieces = Pieces("x")
    await sent(pieces)
    assert await sent(pieces) == []
