"""What is handed out for other sites' pages: our style sheet for a shadow root, and the element's script."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from piensas.drawing.pen import HERE, read_static, static_address

LENGTH = re.compile(r"(?<![\w.#-])(\d*\.?\d+)rem\b")
ROOT = re.compile(r":root(:not\([^)]+\)|\[[^\]]+\])")
COLOURS = re.compile(r"(--[\w-]+): (#\w+);")
READER = re.compile(r"^@media \(prefers-color-scheme: dark\) \{.*?^\}\n", re.MULTILINE | re.DOTALL)
HOST = """
:host { display: block; font: 1.125rem/1.6 var(--serif); color: var(--ink); overflow-wrap: anywhere; }
:host([hidden]) { display: none; }
"""


@lru_cache(1)
def write_style() -> bytes:
    """As on our own pages, but for the root, which is the element, and for lengths, which do not follow the
    page's idea of a letter: a rem is the element's `--piensas-size`."""
    words = (HERE / "static/piensas.css").read_text("utf-8")
    words = READER.sub(follow_page(words), words, count=1).replace("color-scheme: light;", "", 1) + HOST
    lines = [line for line in words.split("\n") if not line.startswith(("html {", "body {"))]
    return "\n".join(map(set_free, lines)).encode()


def follow_page(words: str) -> str:
    """Light or dark as the page around it is (its `color-scheme`), and not as the reader's machine is."""
    light, dark = (dict(COLOURS.findall(block)) for block in words.split("}", 2)[:2])
    both = "".join(f"{name}: light-dark({light[name]}, {colour});" for name, colour in dark.items())
    return f"@supports (color: light-dark(#000, #fff)) {{ :root:not([data-colours]) {{ {both} }} }}\n"


def set_free(line: str) -> str:
    condition, brace, rest = line.partition("{") if line.startswith("@media") else ("", "", line)
    rest = ROOT.sub(r":host(\1)", rest).replace(":root", ":host")
    return condition + brace + LENGTH.sub(r"calc(\1*var(--piensas-size, 16px))", rest)


@lru_cache(1)
def style_address() -> str:
    return f"/embed/{hashlib.blake2b(write_style(), digest_size=6).hexdigest()}/style.css"


@lru_cache(1)
def write_script() -> bytes:
    """The element's script, which knows where its code and its style sheet are."""
    words = read_static("embed.js").decode()
    return (
        words.replace("PIENSAS_JS", static_address("piensas.js"))
        .replace("PIENSAS_CSS", style_address())
        .encode()
    )
