"""Every command. Exit codes: 0 done, 1 something is wrong, 2 the command was not understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from sqlalchemy import Connection

import piensas
from piensas.actions.deciding import Ruling, decide_comment
from piensas.actions.mentioning import decide_mention
from piensas.actions.redrawing import redraw_comments
from piensas.cli.checking import provider
from piensas.cli.erasing import erase
from piensas.cli.importing import imports
from piensas.cli.moving import alias
from piensas.cli.opening import Wrong, find_settings, open_database
from piensas.cli.people import ban, dismiss_moderator, make_moderator, unban
from piensas.cli.showing import show_settings
from piensas.cli.starting import ask_and_write
from piensas.drawing.language import as_iso
from piensas.log import set_up_log
from piensas.model.moment import Clock, time_of
from piensas.model.refusals import NotFound
from piensas.settings import Settings
from piensas.store.checks import list_miscounts
from piensas.store.comments import find_comment_anywhere, list_held_comments
from piensas.store.database import Database
from piensas.store.everything import list_everything
from piensas.store.history import list_decisions, list_edits
from piensas.store.mentions import list_held_mentions
from piensas.web.folder import publish_folder
from piensas.web.press import keep_secret
from piensas.web.previews import list_previews
from piensas.web.server import serve_site

out = Console()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--settings",
    "-s",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The settings file. Without it: piensas.toml in this folder, or the defaults.",
)
@click.version_option(piensas.__version__)
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """Publish stories and hold their readers' discussion.

    \b
    A new site in three steps:
      piensas init news         writes news/piensas.toml and a first story
      cd news
      piensas serve             shows the site at http://localhost:8000

    Every setting is explained in the settings file, and can be given as an environment variable
    too: PIENSAS_SERVER_PORT=8080 is the port in the section [server].
    """
    set_up_log()
    context.obj = file


main.add_command(imports)
main.add_command(provider)
main.add_command(show_settings)
for command in (alias, erase, make_moderator, dismiss_moderator, ban, unban):
    main.add_command(command)


@main.command()
@click.option("--host", help="The address to listen on; 0.0.0.0 is every one.")
@click.option("--port", type=click.IntRange(1, 65_535))
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer side by side.")
@click.pass_obj
def serve(file: Path | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the site until it is stopped (Ctrl-C).

    The database is brought up to date first. Stories are published from the folder of Markdown
    files that the settings name, and again whenever one of them changes.
    """
    settings = find_settings(file)
    with open_database(settings):
        pass
    name = host or settings.server.host
    where = f"http://{f'[{name}]' if ':' in name else name}:{port or settings.server.port}"
    out.print(f"{settings.site.name} is served at {where} (Ctrl-C stops it).", highlight=False)
    serve_site(settings, file, host=host, port=port, workers=workers)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Start a new site in FOLDER: asks four questions, writes the settings and a first story."""
    ask_and_write(folder)


@main.command()
@click.option("--retire", is_flag=True, help="Take off every story whose file is gone, however many are.")
@click.pass_obj
def publish(file: Path | None, retire: bool) -> None:
    """Publish the folder of stories once, without serving. Exit code 1 if a file is broken.

    Stories whose files are gone are taken off; more than a third of all at once only with --retire. What
    waits for its time, and drafts, are listed with a link by which they can be read before.
    """
    settings = find_settings(file)
    folder = Path(settings.stories.folder)
    if not settings.stories.folder or not folder.is_dir():
        raise Wrong('The settings name no folder of stories: [stories] folder = "stories"')
    with open_database(settings) as db:
        faults = publish_folder(db, settings.site, folder, Clock(), retires_all=retire)
        secret = keep_secret(db, settings.site.id)
        waiting = db.ask(lambda connection: list(list_previews(connection, settings.site, secret)))
    for edition, address in waiting:
        until = as_iso(edition.published_at) if edition.stage == "embargoed" else "its editor publishes it"
        click.echo(f"“{edition.title}” waits until {until}: {address}")
    if faults:
        raise Wrong("\n".join((f"Files that could not be published: {len(faults)}.", *faults)))


@main.command()
@click.pass_obj
def check(file: Path | None) -> None:
    """Recount every counter and say which are wrong. Exit code 1 if any is."""
    settings = find_settings(file)
    with open_database(settings) as db:
        found = db.ask_at_length(list_miscounts, settings.site.id)
    if not found:
        out.print("Every counter agrees with what it counts.")
        return
    table = Table("counter", "of", "says", "should say")
    for miscount in found[:100]:
        table.add_row(miscount.what, miscount.where, str(miscount.kept), str(miscount.counted))
    out.print(table)
    raise Wrong(f"Wrong counters: {len(found)}.")


@main.command()
@click.argument("target", type=click.File("w", encoding="utf-8", atomic=True), default="-")
@click.pass_obj
def export(file: Path | None, target: TextIO) -> None:
    """Write everything as JSON Lines to TARGET (standard output): one record a line, with its kind.

    Readers' addresses are in it: keep the file as safe as the database.
    """
    settings = find_settings(file)
    with open_database(settings) as db:
        db.ask_at_length(lambda connection: write_lines(connection, settings, target))


def write_lines(connection: Connection, settings: Settings, target: TextIO) -> None:
    for kind, fields in list_everything(connection, settings.site.id):
        target.write(json.dumps({"kind": kind, **fields}, ensure_ascii=False) + "\n")


@main.command()
@click.pass_obj
def render(file: Path | None) -> None:
    """Draw all comments again whose HTML an earlier release made."""
    settings = find_settings(file)
    drawn = 0
    with open_database(settings) as db, out.status("Drawing…"):
        while count := db.do(lambda connection: redraw_comments(connection, settings.site.id)):
            drawn += count
    out.print(f"Comments drawn again: {drawn}.")


@main.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000))
@click.pass_obj
def held(file: Path | None, limit: int) -> None:
    """List the comments and mentions that wait for a decision, oldest first."""
    settings = find_settings(file)
    with open_database(settings) as db:
        waiting = db.ask(lambda connection: list_held_comments(connection, settings.site.id, limit=limit))
        reasons = {comment.id: db.ask(list_decisions, comment)[-1].reasons for comment in waiting}
        mentions = db.ask(list_held_mentions, settings.site.id, limit)
    table = Table(Column("id", no_wrap=True, min_width=19), "written", "name", "text", "held for")
    for comment in waiting:
        when = as_iso(time_of(comment.id))
        table.add_row(
            str(comment.id),
            when,
            escape(comment.name),
            escape(comment.text[:200]),
            ", ".join(reasons[comment.id]),
        )
    for mention in mentions:
        words = escape(f"{mention.title} {mention.source}")
        table.add_row(str(mention.id), as_iso(mention.seen_at), escape(mention.host), words, "mention")
    out.print(table if waiting or mentions else "Nothing waits for a decision.")


@main.command()
@click.argument("comment", type=int)
@click.pass_obj
def history(file: Path | None, comment: int) -> None:
    """Show what happened to the comment with the id COMMENT: decisions, and what it said before."""
    settings = find_settings(file)
    with open_database(settings) as db:
        found = db.ask(find_comment_anywhere, settings.site.id, comment)
        if found is None:
            raise Wrong(f"There is no comment {comment}.")
        decisions, edits = db.ask(list_decisions, found), db.ask(list_edits, found)
    table = Table("when", "by", "what")
    rows = [(d.id, d.by, f"{d.before or 'new'} → {d.after} {', '.join(d.reasons)}") for d in decisions]
    rows += [(edit.id, "author", f"said before: {edit.text}") for edit in edits]
    for id, by, what in sorted(rows):
        table.add_row(as_iso(time_of(id)), by, escape(what))
    out.print(table)


@main.command()
@click.argument("comment", type=int)
@click.argument("status", type=click.Choice(["published", "held", "rejected"]))
@click.option("--reason", default="", help="Why; kept with the decision.")
@click.option("--by", default="command line", help="Who decides; kept with the decision.")
@click.pass_obj
def decide(file: Path | None, comment: int, status: str, reason: str, by: str) -> None:
    """Publish, hold or reject the comment or the mention with the id COMMENT.

    Of a mention neither the reason nor who decided is kept.
    """
    settings = find_settings(file)
    ruling = Ruling(comment, status, by, reason)  # type: ignore[arg-type]  # click has checked the word
    clock = Clock()
    with open_database(settings) as db:
        try:
            decided = db.do(lambda connection: decide_comment(connection, settings.site.id, ruling, clock()))
        except NotFound:
            decide_about_mention(db, settings.site.id, ruling)
            return
    out.print(f"Comment {decided.id} is {decided.status}.")


def decide_about_mention(db: Database, site_id: int, ruling: Ruling) -> None:
    try:
        db.do(lambda connection: decide_mention(connection, site_id, ruling.comment_id, ruling.status))
    except NotFound as fault:
        raise Wrong(f"There is no comment or mention {ruling.comment_id} to decide about.") from fault
    out.print(f"Mention {ruling.comment_id} is {ruling.status}.")
