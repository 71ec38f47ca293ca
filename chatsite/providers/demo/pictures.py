"""What the demo sees of the images it is sent: how large they are."""

import base64
import binascii
from io import BytesIO
from typing import Any


def sizes(message: dict[str, Any]) -> list[str]:
    """Of each image in a message, such as "640 × 480"; "?" for what is none."""
    parts = message.get("content")
    if not isinstance(parts, list):
        return []
    return [_size(part["image_url"]["url"]) for part in parts if part.get("type") == "image_url"]


def _size(url: str) -> str:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(base64.b64decode(url.partition(",")[2]))) as image:  # reads its head alone
            return f"{image.width} × {image.height}"
    except (binascii.Error, UnidentifiedImageError, OSError):
        return "?"
