"""A request, as every handler is given it: we keep nothing of our own in the framework's objects."""

from __future__ import annotations

from typing import Any, TypeAlias

import litestar

Request: TypeAlias = litestar.Request[Any, Any, Any]
