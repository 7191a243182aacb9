"""What answers a comment is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_answer = sa.text("answers_id IS NOT NULL")
    op.create_index(
        "comments_by_answered",
        "comments",
        ["site_id", "story_id", "answers_id"],
        unique=False,
        sqlite_where=is_answer,
        postgresql_where=is_answer,
    )
    if op.get_bind().dialect.name == "sqlite":
        statistic = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        usual = {"tbl": "comments", "idx": "comments_by_answered", "stat": "600000 600000 600 3"}
        op.bulk_insert(statistic, [usual])
