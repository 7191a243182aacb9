"""`piensas init`: four questions, a commented settings file and a first story."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from piensas.cli.opening import Wrong
from piensas.cli.template import FIRST_STORY, SETTINGS


def ask_and_write(folder: Path) -> None:
    """Writes nothing over anything that is there."""
    settings = folder / "piensas.toml"
    if settings.exists():
        raise Wrong(f"{settings} is there already; a site is not started twice.")

    name = click.prompt("What is the site called?", default="The Daily Question")
    address = click.prompt("At which address will readers reach it?", default="http://localhost:8000")
    languages = click.prompt("In which languages is it written? (first one first)", default="en es")
    hold = click.confirm("Should a new reader's first comment wait for you?", default=True)

    codes = languages.replace(",", " ").split()
    stories = folder / "stories"
    stories.mkdir(parents=True, exist_ok=True)
    settings.touch(0o600)  # secrets will stand in it
    settings.write_text(
        SETTINGS.format(
            name=json.dumps(name, ensure_ascii=False),
            address=json.dumps(address.rstrip("/")),
            languages=json.dumps(codes),
            hold=str(hold).lower(),
        ),
        "utf-8",
    )
    story = stories / f"welcome.{codes[0]}.md"
    if not story.exists():
        story.write_text(FIRST_STORY.format(now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), "utf-8")
    click.echo(f"Wrote {settings} and {story}.")
    click.echo(f"Now: cd {folder} && piensas serve" if folder != Path() else "Now: piensas serve")
