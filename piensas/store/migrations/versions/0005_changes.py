"""What has changed under a story since a moment is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

USUAL = {
    "decisions": {"decisions": "1000000 1000000 1000 1 1", "decisions_by_time": "1000000 1000000 1000 1"},
    "edits": {"edits": "100000 100000 100 1 1", "edits_by_time": "100000 100000 100 1"},
}
"""As in the first migration."""


def upgrade() -> None:
    op.create_index("decisions_by_time", "decisions", ["site_id", "story_id", "id"], unique=False)
    op.create_index("edits_by_time", "edits", ["site_id", "story_id", "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        statistic = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        rows = [
            {"tbl": table, "idx": name, "stat": stat}
            for table, stats in USUAL.items()
            for name, stat in stats.items()
        ]
        op.bulk_insert(statistic, rows)
