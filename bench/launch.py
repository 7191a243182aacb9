"""Starts what `piensas serve` cannot: `python -m bench.launch bare PORT ANSWERS` or `front-door PORT`.

uvicorn is told exactly what piensas/web/server.py tells it, but for its own protocol class.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import uvicorn

from bench.bare import Bare, Given
from piensas.web.app import create_app


def main(what: str, port: str, answers: str = "") -> None:
    if what == "bare":
        given = msgspec.msgpack.decode(Path(answers).read_bytes(), type=dict[str, Given])
        serve(Bare(given), int(port), "off")
    else:
        serve(create_app(), int(port), "on")


def serve(app: object, port: int, lifespan: str) -> None:
    uvicorn.run(
        app,  # type: ignore[arg-type]  # an ASGI application, whatever its class
        port=port,
        lifespan=lifespan,  # type: ignore[arg-type]  # one of uvicorn's words
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
