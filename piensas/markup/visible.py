"""What is in no page and no feed: letters that XML 1.0 forbids (2.2), and the other controls.

They go before a text is rendered, and here once more: a reference (`&#1;`) is a letter only afterwards.
"""

from __future__ import annotations

import re

import nh3

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(cleaner: nh3.Cleaner, html: str) -> str:
    """Safe HTML without them. What had any is cleaned again: `java&#1;script:` was no scheme before."""
    cleaned = cleaner.clean(html)
    plain = INVISIBLE.sub("", cleaned)
    return cleaned if plain == cleaned else cleaner.clean(plain)
