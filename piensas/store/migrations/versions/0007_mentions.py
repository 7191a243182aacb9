"""Pages elsewhere that link to stories."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "source"),
        sqlite_with_rowid=False,
    )
    op.create_index("mentions_by_id", "mentions", ["site_id", "id"], unique=True)
    op.create_index("mentions_by_status", "mentions", ["site_id", "status", "id"], unique=False)
    op.add_column("stories", sa.Column("mentions", sa.Integer(), nullable=False, server_default="0"))
