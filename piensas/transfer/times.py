"""Times as exports write them."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from piensas.transfer.folder import as_millis


def read_time(text: str) -> int | None:
    """Milliseconds since 1970 of `2026-09-01 08:00:00`, in UTC unless it says more, or None."""
    try:
        return as_millis(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def read_mail_time(text: str) -> int | None:
    """As `read_time`, of `Tue, 01 Sep 2026 08:00:00 +0000` (RFC 5322)."""
    try:
        return as_millis(parsedate_to_datetime(text.strip()))
    except (ValueError, OverflowError, TypeError):
        return None
