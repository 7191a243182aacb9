"""Where we would connect to when a stranger has chosen the address; nobody is connected to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import pytest


@contextmanager
def nobody_is_there() -> Iterator[list[str]]:
    """The addresses that were gone to, after whatever looks at them has let them pass."""
    gone: list[str] = []

    class Recorder(httpcore2.AnyIOBackend):
        async def connect_tcp(self, host: str, *_: Any, **__: Any) -> Any:
            gone.append(host)
            raise httpcore2.ConnectError("nobody is there")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "AnyIOBackend", Recorder)
        yield gone
