"""Ways in: who a reader is at a provider."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from piensas.model.identity import PASSKEY, Identity, Passkey, Profile
from piensas.model.mailbox import mailbox_of
from piensas.store.prepared import Prepared
from piensas.store.rows import named
from piensas.store.tables import identities

WHOLE = select(*(identities.c[name] for name in Identity.__struct_fields__))
HAS_PROVEN = Prepared(
    select(identities.c.reader_id)
    .where(
        identities.c.site_id == bindparam("site"),
        identities.c.email_key == bindparam("email"),
        identities.c.is_verified,
    )
    .limit(1)
)


def find_identity(db: Connection, site_id: int, profile: Profile) -> Identity | None:
    """By (provider, issuer, subject), and by nothing else."""
    question = WHOLE.where(
        identities.c.site_id == site_id,
        identities.c.provider == profile.provider,
        identities.c.issuer == profile.issuer,
        identities.c.subject == profile.subject,
    )
    row = db.execute(question).first()
    return named(Identity, row) if row else None


def list_identities(db: Connection, site_id: int, reader_id: int) -> list[Identity]:
    here = (identities.c.site_id == site_id, identities.c.reader_id == reader_id)
    rows = db.execute(WHOLE.where(*here).order_by(identities.c.id))
    return [named(Identity, row) for row in rows]


def has_proven_email(db: Connection, site_id: int, address: str) -> bool:
    """Does the address belong to a reader who can prove it?"""
    return HAS_PROVEN.first(db, site=site_id, email=mailbox_of(address) or address) is not None


def save_identity(db: Connection, identity: Identity) -> None:
    key = {"email_key": mailbox_of(identity.email) or ""}
    db.execute(insert(identities), msgspec.structs.asdict(identity) | key)


def save_identity_change(db: Connection, identity: Identity, profile: Profile) -> None:
    """What the provider says now of the same person."""
    here = (
        identities.c.site_id == identity.site_id,
        identities.c.provider == identity.provider,
        identities.c.issuer == identity.issuer,
        identities.c.subject == identity.subject,
    )
    now = {"name": profile.name, "email": profile.email, "is_verified": profile.is_verified}
    db.execute(update(identities).where(*here).values(email_key=mailbox_of(profile.email) or "", **now))


def erase_identity(db: Connection, identity: Identity) -> None:
    db.execute(
        delete(identities).where(
            identities.c.site_id == identity.site_id,
            identities.c.reader_id == identity.reader_id,
            identities.c.id == identity.id,
        )
    )


def erase_identities(db: Connection, site_id: int, reader_id: int) -> None:
    here = (identities.c.site_id == site_id, identities.c.reader_id == reader_id)
    db.execute(delete(identities).where(*here))


def find_passkey(db: Connection, site_id: int, subject: str) -> Passkey | None:
    """What the passkey with this id is checked by."""
    question = select(identities.c.subject, identities.c.public_key, identities.c.counter)
    row = db.execute(question.where(*passkey_here(site_id, subject))).first()
    return named(Passkey, row) if row else None


def save_passkey(db: Connection, identity: Identity, passkey: Passkey) -> None:
    save_identity(db, identity)
    checked_by = {"public_key": passkey.public_key, "counter": passkey.counter}
    db.execute(
        update(identities).where(*passkey_here(identity.site_id, passkey.subject)).values(**checked_by)
    )


def save_counter(db: Connection, site_id: int, passkey: Passkey) -> bool:
    """Whether it moved on: of two answers with one count the second is a copy of the device."""
    here = passkey_here(site_id, passkey.subject)
    moved = identities.c.counter < passkey.counter if passkey.counter else identities.c.counter == 0
    changed = db.execute(update(identities).where(*here, moved).values(counter=passkey.counter))
    return changed.rowcount == 1


def passkey_here(site_id: int, subject: str) -> tuple[ColumnElement[bool], ...]:
    return (
        identities.c.site_id == site_id,
        identities.c.provider == PASSKEY,
        identities.c.subject == subject,
    )


def erase_passkeys(db: Connection, site_id: int, reader_id: int) -> None:
    here = (identities.c.site_id == site_id, identities.c.reader_id == reader_id)
    db.execute(delete(identities).where(*here, identities.c.provider == PASSKEY))


def count_identities(db: Connection, site_id: int, reader_id: int) -> int:
    here = (identities.c.site_id == site_id, identities.c.reader_id == reader_id)
    return db.execute(select(func.count()).where(*here)).scalar_one()
