"""The web server: uvicorn with our application in each worker."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from piensas.settings import Settings
from piensas.web.app import SETTINGS_FILE
from piensas.web.protocol import find_protocol

GRACE = 10
"""Seconds in which requests under way may finish when the server stops."""


def serve_site(
    settings: Settings, file: Path | None, *, host: str | None, port: int | None, workers: int | None
) -> None:
    """Serves until it is told to stop; what is given here outweighs the settings."""
    server = settings.server
    if file:
        os.environ[SETTINGS_FILE] = str(file.absolute())
    elif Path("piensas.toml").exists():
        os.environ[SETTINGS_FILE] = str(Path("piensas.toml").absolute())
    config = uvicorn.Config(
        "piensas.web.app:create_app",
        factory=True,
        host=host or server.host,
        port=port or server.port,
        workers=workers or server.workers,
        loop="uvloop",
        http=find_protocol(),
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=20,
    )
    sockets = [bind(config)]
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            Multiprocess(config, sockets=sockets).run()
        else:
            run_one(uvicorn.Server(config), sockets)


def bind(config: uvicorn.Config) -> socket.socket:
    """The port, before anything is published: who cannot serve changes nothing."""
    try:
        return config.bind_socket()
    except SystemExit as refused:  # uvicorn has said why
        raise SystemExit(1) from refused


def run_one(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
    server.run(sockets=sockets)
    if not server.started:
        sys.exit(1)
