"""What must happen later, until it has happened."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from piensas.model.job import LEASE, Job, Kind
from piensas.store.rows import named
from piensas.store.tables import jobs

WHOLE = select(*(jobs.c[name] for name in Job.__struct_fields__))


def save_job(db: Connection, job: Job) -> None:
    db.execute(insert(jobs), msgspec.structs.asdict(job))


def take_job(db: Connection, site_id: int, kinds: Collection[Kind], now: int) -> Job | None:
    """The job of these kinds that has been due longest; nobody else gets it while the lease lasts."""
    question = (
        WHOLE.where(jobs.c.site_id == site_id, jobs.c.due_at <= now, jobs.c.kind.in_(kinds))
        .order_by(jobs.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.execute(question).first()
    if row is None:
        return None
    job = named(Job, row)
    taken = msgspec.structs.replace(job, due_at=now + LEASE, tries=job.tries + 1)
    save_job_change(db, taken)
    return taken


def has_due_job(db: Connection, site_id: int, kinds: Collection[Kind], now: int) -> bool:
    here = (jobs.c.site_id == site_id, jobs.c.due_at <= now, jobs.c.kind.in_(kinds))
    return db.execute(select(jobs.c.id).where(*here)).first() is not None


def has_job(db: Connection, site_id: int, kind: Kind, what: str) -> bool:
    """Is it to be done already?"""
    here = (jobs.c.site_id == site_id, jobs.c.kind == kind, jobs.c.what == what)
    return db.execute(select(jobs.c.id).where(*here)).first() is not None


def count_jobs(db: Connection, site_id: int, kind: Kind, limit: int) -> int:
    """How many wait, no further than `limit`."""
    here = (jobs.c.site_id == site_id, jobs.c.kind == kind)
    some = select(jobs.c.id).where(*here).limit(limit).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one()


def save_job_change(db: Connection, job: Job) -> None:
    here = (jobs.c.site_id == job.site_id, jobs.c.id == job.id)
    db.execute(update(jobs).where(*here).values(due_at=job.due_at, tries=job.tries))


def erase_job(db: Connection, job: Job) -> None:
    db.execute(delete(jobs).where(jobs.c.site_id == job.site_id, jobs.c.id == job.id))
