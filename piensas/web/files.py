"""Our own style sheet and script, and the pictures that lie beside the stories."""

from __future__ import annotations

from pathlib import Path

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from piensas.drawing.pen import HERE, read_static, static_version
from piensas.model.refusals import NotFound
from piensas.store.photos import find_photo
from piensas.web.answers import keep, page_answer, shared_answer
from piensas.web.http import Request
from piensas.web.press import Press

FOR_EVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
A_DAY = "public, max-age=86400"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}
PICTURES = frozenset(KINDS) - {".css", ".js"}
ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@get("/static/{version:str}/{name:str}")
async def static_file(request: Request, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A page that was opened before an upgrade names another version: it gets this one, to be asked again."""
    file = HERE / "static" / name
    if "/" in name or file.suffix not in KINDS or not is_there(file):
        raise NotFound
    if static_version(name) != version:
        return shared_answer(read_static(name), KINDS[file.suffix])
    answer = keep(request, page_answer(read_static(name), kind=KINDS[file.suffix]), None)
    answer.headers["cache-control"] = FOR_EVER
    return answer


@get("/pictures/{name:str}")
async def picture(press: NamedDependency[Press], name: FromPath[str]) -> Response[bytes]:
    """A picture out of the stories' folder, alone: it can load nothing and run nothing."""
    file = find_picture(press.pictures, name)
    answer = page_answer(file.read_bytes(), kind=KINDS[file.suffix.lower()], cache=AN_HOUR)
    answer.headers["content-security-policy"] = ALONE
    return answer


@get("/photos/{name:str}")
async def photo(request: Request, press: NamedDependency[Press], name: FromPath[str]) -> Response[bytes]:
    """A reader's photo. Its name changes with the picture, so browsers may keep it."""
    found = await press.db.read(find_photo, press.site.id, name)
    if found is None:
        raise NotFound
    answer = page_answer(found, kind="image/webp", cache=A_DAY)
    answer.headers["content-security-policy"] = ALONE
    return answer


def find_picture(folder: Path | None, name: str) -> Path:
    if folder is None or name.startswith(".") or Path(name).suffix.lower() not in PICTURES:
        raise NotFound
    file = (folder / name).resolve()
    if file.parent != folder.resolve() or not is_there(file):
        raise NotFound
    return file


def is_there(file: Path) -> bool:
    """A name that no file can have, such as one of 300 letters, is that of none."""
    try:
        return file.is_file()
    except OSError:
        return False
