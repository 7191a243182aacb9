"""WordPress from Debian's packages, with a MariaDB and a PHP of its own, in a folder of the test's."""

from __future__ import annotations

import getpass
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from tests.browser.elsewhere import is_listening
from tests.snippets.documented import SITES, fill_in, list_snippets, read_count, read_count_script
from tests.snippets.generators import run
from tests.snippets.host import open_program

DEBIAN = Path("/usr/share/wordpress")
CHILDREN = {"classic": ("comments.php",), "block": ("comments.php", "functions.php")}
"""The themes, children of WordPress's own, and which of the documented files each has."""


class WordPress(Struct):
    folder: Path

    def install(self, theme: str, title: str) -> tuple[int, int, str]:
        """Two new posts in a theme: the one open for comments, the one that is closed, and the version."""
        said = run("php", "install.php", theme, title, folder=self.folder)
        opened, closed, version = json.loads(said)
        return opened, closed, version


@contextmanager
def open_wordpress(folder: Path, port: int, words: dict[str, str]) -> Iterator[WordPress]:
    """Answers on `port` of this machine. `words` are the addresses that the snippets need."""
    socket = folder / "sql"
    there = WordPress(folder / "site")
    lay_out_site(there.folder, words | {"SOCKET": str(socket)})
    with open_mariadb(folder / "data", socket):
        there.install("classic", "Primero")
        started = ["php", "-S", f"127.0.0.1:{port}", "-t", there.folder]
        with open_program(started, lambda: is_listening(port)):
            yield there


def lay_out_site(site: Path, words: dict[str, str]) -> None:
    """Debian's files, copied, since PHP goes by where a file really is."""
    shutil.copytree(DEBIAN, site, ignore=shutil.ignore_patterns(".htaccess"))
    ours = SITES / "wordpress"
    for name in ("wp-config.php", "install.php"):
        fill_in(shutil.copy(ours / name, site / name), words)
    counts = {"COUNT_SCRIPT": read_count_script(), "COUNT": read_count("WordPress")}
    snippets = list_snippets("WordPress")
    for theme, files in CHILDREN.items():
        child = site / "wp-content/themes" / theme
        shutil.copytree(ours / theme, child)
        for file in files:
            (child / file).write_text(snippets[file], "utf-8")
        for path in child.iterdir():
            fill_in(path, counts | words)


@contextmanager
def open_mariadb(data: Path, socket: Path) -> Iterator[None]:
    user = f"--user={getpass.getuser()}"
    run("mariadb-install-db", "--no-defaults", user, f"--datadir={data}", folder=data.parent)
    words = ("--no-defaults", user, f"--datadir={data}", f"--socket={socket}")
    started = ["/usr/sbin/mariadbd", *words, "--skip-networking", "--skip-grant-tables"]
    with open_program(started, socket.exists):
        yield
