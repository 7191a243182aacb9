"""Who signs in by a letter is known by the mailbox that it goes to, not by a folding that others share.

Until now ß in an address was ss, ſ was s, and so on: who could read the letters of one address was let into
the account of another. Where the rows show that two addresses have used one account, it is whose it was
first: the other is a stranger again, and what was signed in by a letter is signed out. Two accounts of one
mailbox, which was spelt in two ways, become the older one.
"""

import sqlalchemy as sa
import structlog
from alembic import op

from piensas.model.mailbox import mailbox_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

log = structlog.get_logger()
BY_MAIL = "email"


def table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


identities = table(
    "identities", "site_id", "provider", "issuer", "subject", "id", "reader_id", "email", "email_key"
)
readers = table("readers", "site_id", "id", "email", "approved")
sessions = table("sessions", "site_id", "reader_id", "provider")
comments = table("comments", "site_id", "reader_id")


def upgrade() -> None:
    db = op.get_bind()
    for row in db.execute(sa.select(identities).order_by(identities.c.id)).all():
        if row.provider == BY_MAIL:
            there = find(db, row, row.subject)
            if there is not None and there.id == row.id:
                part(db, row)
        else:
            change(db, row, email_key=mailbox_of(row.email) or "")


def part(db: sa.Connection, row: sa.Row) -> None:
    """Gives the identity to the address that it was made for."""
    first = db.execute(
        sa.select(readers.c.email).where(readers.c.site_id == row.site_id, readers.c.id == row.reader_id)
    ).scalar()
    latest = mailbox_of(row.email) or row.subject
    owner = mailbox_of(first or "") if (first or "").casefold() == row.subject else None
    mailbox = owner or latest
    if mailbox != latest:
        sign_out(db, row)
        log.warning("account_parted", reader=row.reader_id)
    other = find(db, row, mailbox)
    if other is not None and other.id != row.id:
        elder, younger = sorted((row, other), key=lambda each: each.id)
        join(db, younger, elder)
        if younger.id == row.id:
            return
    change(db, row, subject=mailbox, email=mailbox, email_key=mailbox)


def find(db: sa.Connection, row: sa.Row, subject: str) -> sa.Row | None:
    return db.execute(
        sa.select(identities).where(
            identities.c.site_id == row.site_id,
            identities.c.provider == row.provider,
            identities.c.issuer == row.issuer,
            identities.c.subject == subject,
        )
    ).first()


def join(db: sa.Connection, younger: sa.Row, elder: sa.Row) -> None:
    """The mailbox opens the elder account. What was written under the younger comes along, unless that can
    still be entered by another way."""
    db.execute(sa.delete(identities).where(*here(younger)))
    if elder.reader_id == younger.reader_id:
        return
    log.warning("accounts_joined", reader=younger.reader_id, into=elder.reader_id)
    sign_out(db, younger)
    theirs = (identities.c.site_id == younger.site_id, identities.c.reader_id == younger.reader_id)
    if db.execute(sa.select(identities.c.id).where(*theirs)).first() is None:
        move_comments(db, younger, elder)


def move_comments(db: sa.Connection, younger: sa.Row, elder: sa.Row) -> None:
    written = (comments.c.site_id == younger.site_id, comments.c.reader_id == younger.reader_id)
    db.execute(sa.update(comments).where(*written).values(reader_id=elder.reader_id))
    counted = (readers.c.site_id == younger.site_id, readers.c.id == younger.reader_id)
    approved = db.execute(sa.select(readers.c.approved).where(*counted)).scalar() or 0
    db.execute(sa.update(readers).where(*counted).values(approved=0))
    kept = (readers.c.site_id == elder.site_id, readers.c.id == elder.reader_id)
    db.execute(sa.update(readers).where(*kept).values(approved=readers.c.approved + approved))


def sign_out(db: sa.Connection, row: sa.Row) -> None:
    db.execute(
        sa.delete(sessions).where(
            sessions.c.site_id == row.site_id,
            sessions.c.reader_id == row.reader_id,
            sessions.c.provider == BY_MAIL,
        )
    )


def change(db: sa.Connection, row: sa.Row, **values: str) -> None:
    db.execute(sa.update(identities).where(*here(row)).values(**values))


def here(row: sa.Row) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        identities.c.site_id == row.site_id,
        identities.c.provider == row.provider,
        identities.c.issuer == row.issuer,
        identities.c.subject == row.subject,
    )
