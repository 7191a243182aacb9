"""The web server: uvicorn with our application in each worker."""

from __future__ import annotations

import os
from pathlib import Path

import uvicorn

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
    uvicorn.run(
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
