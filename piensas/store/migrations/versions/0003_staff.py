"""Staff: a reader's role, and what a passkey is checked by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

USUAL = {"readers": "100000 100000 1", "readers_by_role": "100000 100000 10"}
"""As in the first migration: nearly everybody has no role."""


def upgrade() -> None:
    op.add_column("readers", sa.Column("role", sa.String(length=20), nullable=False, server_default=""))
    op.create_index("readers_by_role", "readers", ["site_id", "role"], unique=False)
    op.add_column("identities", sa.Column("public_key", sa.LargeBinary(), nullable=True))
    op.add_column("identities", sa.Column("counter", sa.BigInteger(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "sqlite":
        statistic = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(
            statistic, [{"tbl": "readers", "idx": name, "stat": stat} for name, stat in USUAL.items()]
        )
