"""Where mail goes: the one form in which an address is kept, compared and written to."""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

LONGEST = 320
"""Characters that are looked at: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""

SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@lru_cache(4_096)
def mailbox_of(address: str) -> str | None:
    """The mailbox that an address names (RFC 5321, without display name); None where it is no address.

    What stands before the @ belongs to the receiving host, so that it stays as it is, but for the case of
    ASCII letters: ß is not ss, and ſ is not s. What stands behind it is the name that the domain name system
    is asked for: A-labels, by UTS 46, non-transitional. Nothing that a header could be read to say otherwise
    (an encoded word, RFC 2047).
    """
    if len(address) > LONGEST or "=?" in address:
        return None
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{found.local_part.translate(SMALL)}@{found.ascii_domain}"
