"""Photos that providers have of readers: fetched once, made small, and kept by us, so that no reader's
browser ever asks a third party for anything."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable

from piensas.outside.fetching import Host, NotFetched, fetch_bytes

SIDE = 96
LARGEST_FILE = 2 << 20
MOST_PIXELS = 4_096 * 4_096
SECONDS = 3.0
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


async def fetch_photo(address: str, hosts: Iterable[Host]) -> bytes | None:
    """A square WebP picture, or None where there is none to be had."""
    try:
        found = await fetch_bytes(address, limit=LARGEST_FILE, seconds=SECONDS, hosts=hosts)
        return await asyncio.to_thread(make_small, found)
    except (NotFetched, ValueError):
        return None


def make_small(found: bytes) -> bytes:
    """The picture drawn anew, without anything that was in the file besides it."""
    from PIL import Image, ImageOps  # loaded with the first photo

    try:
        with Image.open(io.BytesIO(found), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            small = ImageOps.fit(ImageOps.exif_transpose(picture).convert("RGB"), (SIDE, SIDE))
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError("not a picture") from fault
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80)
    return out.getvalue()
