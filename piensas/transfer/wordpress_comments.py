"""The comments of a WordPress post: what each becomes, or why it is left out."""

from __future__ import annotations

import html
import re

import msgspec

from piensas.markup.comment import plain_text, render_html
from piensas.model.arrival import ArrivingComment, Changes, Note, notes_of
from piensas.model.comment import Status
from piensas.model.mailbox import mailbox_of
from piensas.model.website import read_website
from piensas.model.wording import is_blank, tidy_line, tidy_text
from piensas.transfer.lineage import order_replies
from piensas.transfer.times import read_time
from piensas.transfer.wxr import Fields

NUMBER = re.compile(r"\d{1,20}")
STATUSES: dict[str, tuple[Status, str]] = {
    "1": ("published", ""),
    "approve": ("published", ""),
    "0": ("held", ""),
    "hold": ("held", ""),
    "spam": ("rejected", "spam"),
    "trash": ("rejected", "trash"),
    "post-trashed": ("rejected", "trash"),
}
NO_WEBSITE = ("", "http://", "https://")
"""What WordPress keeps for a reader who gave none."""

UNCERTAIN = "its time is not certain"

"""Readers write more than once, and to check an address takes longer than to read it."""

Times = tuple[int, int]
"""When the post was published, for comments without a time, and now, for those from the future."""


def read_comments(
    comments: list[Fields], post: str, times: Times
) -> tuple[tuple[ArrivingComment, ...], list[Note]]:
    """The comments that come with a post, parents first, and a note for every one that does not."""
    arriving: dict[str, ArrivingComment] = {}
    left_out = []
    for fields in comments:
        comment = read_comment(fields, post, times)
        reason = reason_to_leave_out(fields, comment)
        if not reason and comment.foreign_id in arriving:
            reason = "an earlier comment of the post has the same number"
        if reason:
            left_out.append(comment_note(post, fields, reason))
        else:
            arriving[comment.foreign_id] = comment
    return order_replies(arriving.values()), left_out


def comment_note(post: str, fields: Fields, reason: str) -> Note:
    """Says why a comment was left out."""
    return Note("comment", id_of(fields, post), name_of(fields), "left out", reason)


def reason_to_leave_out(fields: Fields, comment: ArrivingComment) -> str:
    type = tidy_line(fields.get("wp:comment_type", ""))
    if type not in ("", "comment"):
        return f"it is not a comment but a {type}"
    if not NUMBER.fullmatch(fields.get("wp:comment_id", "").strip()):
        return "it has no number"
    if is_blank(plain_text(render_html(comment.text))):
        return "it has no text"
    return ""


def read_comment(fields: Fields, post: str, times: Times) -> ArrivingComment:
    changes: Changes = []
    foreign_id, name = id_of(fields, post), name_of(fields)
    status, reason = read_status(fields, changes)
    comment = ArrivingComment(
        foreign_id=foreign_id,
        foreign_parent=parent_of(fields, post),
        name=name,
        email=read_email(fields, changes),
        website=find_website(fields, changes),
        text=tidy_text(fields.get("wp:comment_content", "")),
        status=status,
        reason=reason,
        written_at=read_writing_time(fields, times, changes),
    )
    return msgspec.structs.replace(comment, changes=notes_of("comment", foreign_id, name, changes))


def id_of(fields: Fields, post: str) -> str:
    """Numbers are the blog's own; exports that people put together repeat them from post to post."""
    return f"{post}/{tidy_line(fields.get('wp:comment_id', ''))}"


def parent_of(fields: Fields, post: str) -> str | None:
    number = fields.get("wp:comment_parent", "").strip()
    return f"{post}/{number}" if NUMBER.fullmatch(number) and number.strip("0") else None


def name_of(fields: Fields) -> str:
    """WordPress keeps names with entities for `'` and `&`."""
    return tidy_line(html.unescape(fields.get("wp:comment_author", "")))


def read_status(fields: Fields, changes: Changes) -> tuple[Status, str]:
    word = tidy_line(fields.get("wp:comment_approved", ""))
    if word not in STATUSES:
        changes.append(("is held, its status being unknown", word))
    return STATUSES.get(word, ("held", "unknown status"))


def read_email(fields: Fields, changes: Changes) -> str:
    email = tidy_line(fields.get("wp:comment_author_email", ""))
    if not email or mailbox_of(email):
        return email
    changes.append(("lost its e-mail address, which is not valid", ""))
    return ""


def find_website(fields: Fields, changes: Changes) -> str:
    website = tidy_line(fields.get("wp:comment_author_url", ""))
    if website in NO_WEBSITE:
        return ""
    if known := read_website(website):
        return known
    changes.append(("lost its website, which is not valid", website))
    return ""


def read_writing_time(fields: Fields, times: Times, changes: Changes) -> int:
    """Milliseconds since 1970."""
    of_post, now = times
    in_utc = read_time(fields.get("wp:comment_date_gmt", ""))
    if in_utc is not None and in_utc <= now:
        return in_utc
    if in_utc is not None:
        changes.append((UNCERTAIN, "it lay ahead: it is that of the import"))
        return now

    local = read_time(fields.get("wp:comment_date", ""))
    if local is not None:
        changes.append((UNCERTAIN, "its zone is unknown"))
        return min(local, now)
    changes.append((UNCERTAIN, "there was none: it is that of the story"))
    return of_post
