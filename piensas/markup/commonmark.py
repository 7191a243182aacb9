"""CommonMark as comments and stories have it: emphasis also beside Chinese and Japanese marks, and ~~struck
through~~."""

from __future__ import annotations

import re

import comrak

SUBSCRIPT = re.compile("</?sub>")


def make_extensions(*names: str) -> comrak.ExtensionOptions:
    """With these besides."""
    extensions = comrak.ExtensionOptions()
    for name in ("autolink", "strikethrough", "subscript", "cjk_friendly_emphasis", *names):
        setattr(extensions, name, True)
    return extensions


def draw(
    text: str,
    extensions: comrak.ExtensionOptions,
    parsing: comrak.ParseOptions,
    drawing: comrak.RenderOptions,
) -> str:
    """HTML. One tilde is a tilde, as in 20~30: taken for a subscript, it is none of strike-through's, and is
    put back; what somebody typed as `<sub>` has been escaped by then."""
    drawn = comrak.render_markdown(
        text, extension_options=extensions, parse_options=parsing, render_options=drawing
    )
    return SUBSCRIPT.sub("~", drawn)
