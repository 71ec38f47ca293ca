"""What is in a file that somebody uploaded, found out by a process of its own, which knows nothing of ours.

Readers of foreign formats are where hostile files strike: a loop, a bomb, a fault in C. Here that costs this process,
which has little memory, little time, little right to the processor and no environment. `inspect` runs it; below is what
it runs.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
from io import BytesIO
from typing import Any

MEMORY = 512 * 2**20  # bytes of address space
CPU_SECONDS = 15
WALL_SECONDS = 20.0  # others wait for it
NICENESS = 15  # from when the file is read: what is done before it takes the same for each, and is not to wait
PIXELS = 50_000_000

Inspected = dict[str, Any]


class Unreadable(Exception):
    """Why nothing can be done with the file, for a person."""


def inspect(kind: str, data: bytes, characters: int) -> Inspected:
    """Of an "image" {"width", "height"} in pixels as it is shown, of a "pdf" {"text"}. Raises Unreadable."""
    command = [sys.executable, "-I", __file__, kind, str(characters), str(CPU_SECONDS)]
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("it takes too long to read") from None
    if done.returncode:  # killed by its limits, or by the file
        raise Unreadable("it takes too much to read, or is damaged")
    found: Inspected = json.loads(done.stdout)
    if error := found.get("error"):
        raise Unreadable(error)
    return found


def _image(data: bytes, characters: int) -> Inspected:
    from PIL import Image

    os.nice(NICENESS)
    Image.MAX_IMAGE_PIXELS = None  # it would warn; here it is refused
    with Image.open(BytesIO(data), formats=["PNG", "JPEG", "GIF", "WEBP"]) as found:
        width, height = found.size
        if width * height > PIXELS:
            raise Unreadable(f"it has more than {PIXELS // 10**6} million pixels")
        # EXIF's Orientation: 5 to 8 lie on their side. In a PNG it may stand behind all pixels; no camera makes these.
        if found.format != "PNG" and found.getexif().get(0x0112, 1) >= 5:
            width, height = height, width
        found.verify()
    return {"width": width, "height": height}


def _pdf(data: bytes, characters: int) -> Inspected:
    from pypdf import PdfReader

    os.nice(NICENESS)
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("it is protected by a password")
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text().strip())
        characters -= len(pages[-1])
        if characters < 0:
            raise Unreadable("it holds more text than this site passes on")
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise Unreadable("it holds no text, only pictures of it")
    return {"text": text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")}


def _main(kind: str, characters: str, seconds: str) -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, int(seconds)), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(what, (most, most))
    try:
        found = {"image": _image, "pdf": _pdf}[kind](sys.stdin.buffer.read(), int(characters))
    except Unreadable as unreadable:
        found = {"error": str(unreadable)}
    except Exception:  # whatever a damaged file makes its reader raise
        found = {"error": "it is damaged"}
    print(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])
