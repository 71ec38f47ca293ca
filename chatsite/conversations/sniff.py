"""What an uploaded file is: told by its bytes, whatever its name and its sender say."""

import codecs
import re
from typing import NamedTuple

from django.conf import settings

from chatsite.conversations.inspection import Unreadable, inspect
from chatsite.errors import ApiError

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What no text has in it. Form feeds and the escapes of terminals are in many a log.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")


class Found(NamedTuple):
    """`type` is a MIME type; pixels of an image, text of anything else."""

    type: str
    width: int | None = None
    height: int | None = None
    text: str = ""


def sniff(data: bytes) -> Found:
    """ApiError 41501 for a type that is not taken, 42201 for a file of a good type that can't be read."""
    if not data:
        raise ApiError(42201, "The file is empty.")
    try:
        if type_ := _image_type(data):
            pixels = inspect("image", data, 0)
            return Found(type_, pixels["width"], pixels["height"])
        if data.startswith(b"%PDF-"):
            return Found("application/pdf", text=inspect("pdf", data, settings.REQUEST_CHARACTERS)["text"])
        return Found("text/plain", text=_text(data))
    except Unreadable as unreadable:
        raise ApiError(42201, f"The file can't be used: {unreadable}.") from None


def _image_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((type_ for mark, type_ in _IMAGES.items() if data.startswith(mark)), None)


def _text(data: bytes) -> str:
    text = decoded(data)
    if text is None:
        raise ApiError(41501, "Only PNG, JPEG, GIF and WebP images, PDF and text can be attached.")
    if len(text) > settings.REQUEST_CHARACTERS:
        raise Unreadable("it holds more text than this site passes on")
    if not text.strip():
        raise Unreadable("there is nothing in it")
    return text


def decoded(data: bytes) -> str | None:
    """Text in UTF-8, UTF-16 with its mark, or GB18030; None for what is none."""
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text) and (encoding != "gb18030" or _chinese(text)):
            return text
    return None


def _chinese(text: str) -> bool:
    """Whether it may really be GB18030, as which Latin-1 and much else can be read: most of it is in GB 2312 then."""
    foreign = [character for character in text[:20_000] if character > "\x7f"]
    return sum(bool(character.encode("gb2312", "ignore")) for character in foreign) * 2 > len(foreign)
