"""Files as people and attackers upload them, made by hand where no writer would make them."""

import io
import struct
import zlib

from PIL import Image

TEXT = "Grüße, 你好, жизнь\n"


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **how)
    return out.getvalue()


def lying() -> bytes:
    """A photo of 40 × 30 that its camera says to turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return image("JPEG", exif=exif)


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG whose head says so, whatever its data holds."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def bomb() -> bytes:
    """A small PNG of 2.5 billion pixels."""
    return png(50_000, 50_000, zlib.compress(b"\0" * 10**7))


def text_bomb() -> bytes:
    """A PNG with a comment that unpacks to 200 MB."""
    packed = zlib.compress(b"A" * 200_000_000)
    body = b"Comment\0\0" + packed
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole = image()
    return whole[:33] + chunk + whole[33:]


def pdf(text: str = "Hello from a file", pages: int = 1) -> bytes:
    """A PDF with that text on each page."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    kids = " ".join(f"{4 + 2 * nth} 0 R" for nth in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for nth in range(pages):
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {font} /Contents {5 + 2 * nth} 0 R >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream.decode('latin-1')}\nendstream")
    return _whole([body.encode("latin-1") for body in objects])


def looping_pdf() -> bytes:
    """Pages that are their own children."""
    return _whole([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])


def swollen_pdf() -> bytes:
    """A page whose content unpacks to 2 GB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(2048)) + packer.flush()
    return _whole(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream",
        ]
    )


def _whole(objects: list[bytes]) -> bytes:
    """The objects, numbered from 1, as a file."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
