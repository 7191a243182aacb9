"""What a WordPress export means: its published posts are stories, everything else is left out by name."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from piensas.markup.story import render_wordpress_story
from piensas.model.arrival import ArrivingStory, Changes, Note, notes_of
from piensas.model.story import Discussion, Manuscript
from piensas.model.wording import tidy_line
from piensas.transfer.times import read_mail_time, read_time
from piensas.transfer.wordpress_comments import UNCERTAIN, comment_note, read_comments
from piensas.transfer.wordpress_words import fit_slug, host_of, known_address, plain_words
from piensas.transfer.wxr import Fields, Part, read_parts

POST_NUMBER = re.compile(r"[?&]p=(\d+)")
NUMBER = re.compile(r"\d{1,20}")
NO_TITLE = "Untitled"


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says about itself and how much is in it. `home` is the blog's address."""

    home: str
    authors: dict[str, str]
    items: int
    comments: int

    @property
    def host(self) -> str:
        return host_of(self.home)

    @property
    def folder(self) -> str:
        """The path of the blog's front page, without a slash at its end."""
        address = known_address(self.home)
        return "" if address == "/" else address

    @property
    def place(self) -> str:
        """What the blog is known by, whether on http or https, with `www.` or without."""
        return f"{self.host}{self.folder}"

    @property
    def source(self) -> str:
        """Under which everything that came from this blog is remembered, so that nothing comes twice."""
        return f"wordpress:{self.place}"


class Reading(msgspec.Struct):
    """A file being read for its stories. A time that is missing or still to come becomes `now`."""

    survey: Survey
    language: str
    now: int
    ids: set[str] = msgspec.field(default_factory=set)
    slugs: set[str] = msgspec.field(default_factory=set)


def survey_export(file: BinaryIO) -> Survey:
    """Reads the whole file; raises NotAnExport where it is not an intact export that we know."""
    texts: Fields = {}
    authors: Fields = {}
    first_link, items, comments = "", 0, 0
    for part in read_parts(file):
        if part.name == "item":
            items, comments = items + 1, comments + len(part.comments)
            first_link = first_link or part.fields.get("link", "")
        elif part.name == "wp:author":
            login = part.fields.get("wp:author_login", "")
            authors[login] = part.fields.get("wp:author_display_name", "")
        else:
            texts.setdefault(part.name, part.text.strip())
    homes = (texts.get(name) for name in ("wp:base_blog_url", "link", "wp:base_site_url"))
    home = next(
        (home for home in homes if home and host_of(home)), f"http://{host_of(first_link) or 'unknown'}"
    )
    return Survey(home=home, authors=authors, items=items, comments=comments)


def list_arrivals(file: BinaryIO, reading: Reading) -> Iterator[ArrivingStory | Note]:
    """Every story with the comments that come with it, and a note for every record that does not."""
    for part in read_parts(file):
        if part.name == "item":
            yield from read_item(part, reading)


def read_item(part: Part, reading: Reading) -> Iterator[ArrivingStory | Note]:
    foreign_id = id_of(part.fields)
    reason = reason_to_leave_out(part.fields, foreign_id, reading)
    if reason:
        yield Note("item", foreign_id, title_of(part.fields), "left out", reason)
        for comment in part.comments:
            yield comment_note(foreign_id, comment, "it belongs to an item that was left out")
        return

    reading.ids.add(foreign_id)
    changes: Changes = []
    manuscript = read_manuscript(part.fields, foreign_id, reading, changes)
    comments, left_out = read_comments(part.comments, foreign_id, (manuscript.published_at, reading.now))
    yield ArrivingStory(
        foreign_id=foreign_id,
        manuscript=manuscript,
        comments=comments,
        changes=notes_of("item", foreign_id, manuscript.title, changes),
    )
    yield from left_out


def id_of(fields: Fields) -> str:
    """The post's number; where it is missing, what its permanent address says; else nothing."""
    number = fields.get("wp:post_id", "").strip()
    if NUMBER.fullmatch(number):
        return number
    address = fields.get("guid", "").strip() or fields.get("link", "").strip()
    found = POST_NUMBER.search(address)
    if found:
        return found[1]
    return hashlib.sha256(address.encode()).hexdigest()[:16] if address else ""


def reason_to_leave_out(fields: Fields, foreign_id: str, reading: Reading) -> str:
    """Empty for a story. Where the type or the status is missing, WordPress takes `post` and `draft`."""
    type = tidy_line(fields.get("wp:post_type", "")) or "post"
    status = tidy_line(fields.get("wp:status", ""))
    if type != "post":
        return f"it is not a post but of the type {type}"
    if status != "publish":
        return f"its status is {status}" if status else "it does not say that it is published"
    if fields.get("wp:post_password", "").strip():
        return "it is protected by a password"
    if not foreign_id:
        return "it has neither a number nor an address"
    if foreign_id in reading.ids:
        return "an earlier item of the file has the same number"
    return ""


def read_manuscript(fields: Fields, foreign_id: str, reading: Reading, changes: Changes) -> Manuscript:
    html, pictures = render_wordpress_story(fields.get("content:encoded", ""))
    if pictures:
        changes.append(("its pictures became links", str(pictures)))
    if not plain_words(fields.get("title", "")):
        changes.append(("got a title, having none", NO_TITLE))
    return Manuscript(
        key=f"wordpress-{reading.survey.place}-{foreign_id}",
        language=reading.language,
        slug=read_slug(fields, foreign_id, reading, changes),
        title=title_of(fields),
        html=html,
        published_at=read_publishing_time(fields, reading.now, changes),
        summary=plain_words(fields.get("excerpt:encoded", "")),
        authors=list_authors(fields, reading.survey),
        discussion=discussion_of(fields),
        addresses=list_addresses(fields, foreign_id, reading.survey),
    )


def title_of(fields: Fields) -> str:
    return plain_words(fields.get("title", "")) or NO_TITLE


def read_publishing_time(fields: Fields, now: int, changes: Changes) -> int:
    """Milliseconds since 1970. `pubDate` names its zone; `post_date` is in one that the export keeps back."""
    in_utc = read_time(fields.get("wp:post_date_gmt", ""))
    if in_utc is None:
        in_utc = read_mail_time(fields.get("pubDate", ""))
    if in_utc is not None and in_utc <= now:
        return in_utc
    if in_utc is not None:
        changes.append((UNCERTAIN, "it lay ahead: it is that of the import"))
        return now

    local = read_time(fields.get("wp:post_date", ""))
    if local is not None:
        changes.append((UNCERTAIN, "its zone is unknown"))
        return min(local, now)
    changes.append((UNCERTAIN, "there was none: it is that of the import"))
    return now


def read_slug(fields: Fields, foreign_id: str, reading: Reading, changes: Changes) -> str:
    """The post's name fit for our addresses, with a number where an earlier post of the file has it."""
    name = fields.get("wp:post_name", "").strip()
    fit = free = fit_slug(name) or f"post-{foreign_id}"
    for number in itertools.count(2):
        if free not in reading.slugs:
            break
        free = f"{fit}-{number}"
    reading.slugs.add(free)
    if free != name:
        changes.append(("got another address", free))
    return free


def list_authors(fields: Fields, survey: Survey) -> tuple[str, ...]:
    login = fields.get("dc:creator", "").strip()
    name = plain_words(survey.authors.get(login, "")) or plain_words(login)
    return (name,) if name else ()


def discussion_of(fields: Fields) -> Discussion | None:
    """None, where the export does not say, is as the site's rules have it for a new story."""
    word = fields.get("wp:comment_status", "").strip()
    if not word:
        return None
    return "open" if word == "open" else "closed"


def list_addresses(fields: Fields, foreign_id: str, survey: Survey) -> tuple[str, ...]:
    """The paths by which the post was known, as Piensas looks them up."""
    link, guid = fields.get("link", ""), fields.get("guid", "")
    found = [known_address(link)]
    if foreign_id.isdigit():
        found.append(f"{survey.folder or '/'}?p={foreign_id}")
    if host_of(guid) in (host_of(link), survey.host):
        found.append(known_address(guid))
    return tuple(dict.fromkeys(address for address in found if address not in ("", "/")))
