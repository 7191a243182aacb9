"""Accounts: identities, sign-ins on their way, photos, jobs; sessions that can be listed and ended."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

USUAL = {
    "identities_by_reader": ("identities", "100000 100000 1 1"),
    "identities_by_email": ("identities", "100000 100000 1"),
    "sessions_by_reader": ("sessions", "100000 100000 2"),
    "sign_ins_by_time": ("sign_ins", "1000 1000 1"),
    "sign_ins_by_link": ("sign_ins", "1000 1000 1"),
    "jobs_by_time": ("jobs", "1000 1000 1"),
}
"""As in the first migration: what SQLite is to expect of tables that are new."""


def text_column(name: str, kind: sa.types.TypeEngine[str] | None = None) -> sa.Column[str]:
    return sa.Column(name, kind or sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    op.add_column("readers", text_column("photo", sa.String(length=40)))
    op.add_column("readers", sa.Column("banned_at", sa.BigInteger(), nullable=True))
    op.add_column("comments", text_column("photo", sa.String(length=40)))
    op.add_column("sessions", sa.Column("id", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("seen_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", text_column("provider", sa.String(length=20)))
    op.add_column("sessions", text_column("label"))
    op.add_column("sessions", text_column("browser"))
    op.add_column("sessions", sa.Column("guest_id", sa.BigInteger(), nullable=True))
    op.add_column("sessions", text_column("draft"))
    op.create_index("sessions_by_reader", "sessions", ["site_id", "reader_id"], unique=False)
    now = int(time.time() * 1000)
    op.execute(f"UPDATE sessions SET id = {now << 21}, seen_at = {now}")  # noqa: S608  # two numbers of ours
    create_tables()
    if op.get_bind().dialect.name == "sqlite":
        statistic = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(
            statistic, [{"tbl": table, "idx": name, "stat": stat} for name, (table, stat) in USUAL.items()]
        )


def create_tables() -> None:
    op.create_table(
        "identities",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "provider", "issuer", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_by_reader", "identities", ["site_id", "reader_id", "id"], unique=False)
    op.create_index("identities_by_email", "identities", ["site_id", "email_key"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("in_window", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=True),
        sa.Column("link", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "state"),
        sqlite_with_rowid=False,
    )
    op.create_index("sign_ins_by_time", "sign_ins", ["site_id", "id"], unique=False)
    op.create_index("sign_ins_by_link", "sign_ins", ["site_id", "link"], unique=False)
    op.create_table(
        "photos",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "jobs",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("jobs_by_time", "jobs", ["site_id", "due_at"], unique=False)
