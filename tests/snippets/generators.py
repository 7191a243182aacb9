"""Programs that make sites out of folders, run as people run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.snippets.documented import HOME, SITES

BUILD = HOME / "build/snippets"
"""Where script/snippets installs what comes neither from Debian's packages nor belongs to Piensas."""

TITLE = 'Vuelo & "flota" <rápida>'
QUIET = {"NEXT_TELEMETRY_DISABLED": "1", "ASTRO_TELEMETRY_DISABLED": "1", "NO_MKDOCS_2_WARNING": "1"}


def run(*words: str | Path, folder: Path) -> str:
    """What a program prints; it fails loudly, with everything that it said."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=os.environ | QUIET,
        text=True,
        capture_output=True,
        timeout=180,
    )
    assert done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build_plain(source: Path, built: Path) -> None:
    shutil.copytree(source, built)


def build_hugo(source: Path, built: Path) -> None:
    run("hugo", "--quiet", "--destination", built, folder=source)


def build_jekyll(source: Path, built: Path) -> None:
    run("jekyll", "build", "--quiet", "--disable-disk-cache", "--destination", built, folder=source)


def build_pelican(source: Path, built: Path) -> None:
    run(BUILD / "venv/bin/pelican", "--settings", "pelicanconf.py", "--output", built, folder=source)


def build_mkdocs(source: Path, built: Path) -> None:
    run(BUILD / "venv/bin/mkdocs", "build", "--strict", "--quiet", "--site-dir", built, folder=source)


def build_astro(source: Path, built: Path) -> None:
    run(BUILD / "node_modules/.bin/astro", "build", "--silent", "--outDir", built, folder=source)


def build_next(source: Path, built: Path) -> None:
    run(BUILD / "node_modules/.bin/next", "build", folder=source)
    shutil.copytree(source / "out", built)


def build_ghost(source: Path, built: Path) -> None:
    """A post and a list as Ghost would draw them, by Handlebars itself."""
    origin = json.loads((source / "origin.json").read_text())
    post = {"comment_id": "66e8a1", "title": TITLE, "url": "/vuelo/"}
    for page, name, address in (("post", "vuelo/index.html", "/vuelo/"), ("index", "index.html", "/")):
        context = {"post": post, "posts": [post], "meta_title": "El diario", "canonical": origin + address}
        given = json.dumps({"context": context, "site": {"locale": "es"}})
        html = run("node", SITES.parent / "ghost.cjs", source, page, given, folder=BUILD)
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text(html, "utf-8")
