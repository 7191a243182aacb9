"""Cookies, as they are written into an answer."""

from __future__ import annotations

from litestar.datastructures import Cookie


class PlainCookie(Cookie):
    """For the whole site, with a value that needs no quotes (RFC 6265, 4.1.1), as all of ours.

    It is written at once: by way of `http.cookies`, as the framework does it, the cookie of a new guest
    takes as long as the rest of their answer's head and body.
    """

    def to_encoded_header(self) -> tuple[bytes, bytes]:
        words = [f"{self.key}={self.value or ''}"]
        if self.httponly:
            words.append("HttpOnly")
        words += [f"Max-Age={self.max_age}", "Path=/", "SameSite=lax"]
        if self.secure:
            words.append("Secure")
        return b"set-cookie", "; ".join(words).encode("latin-1")
