"""What is written to the log, and what is not.

May import: nothing.
"""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_log() -> None:
    """Lines for people on the standard error output. A fault is told with its place and never with the values
    at hand there: tokens, cookies, addresses and letters are among them."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
