"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

USUAL = {
    "comments": "1000000 1000000 1000 1",
    "comments_by_time": "1000000 1000000 1000 700 1",
    "comments_by_score": "1000000 1000000 1000 700 50 1",
    "comments_by_replies": "1000000 1000000 1000 700 50 1",
    "comments_under_root": "1000000 1000000 1000 2 1",
    "comments_by_fingerprint": "1000000 1000000 1000 1",
    "comments_by_draft": "1000000 1000000 1000 1",
    "comments_by_reader": "1000000 1000000 5 2 1",
    "comments_by_status": "1000000 1000000 250000 1",
    "votes": "1000000 1000000 5000 5 1",
    "votes_by_reader": "1000000 1000000 20 5",
}
"""How many rows are usual for each further column of a key. SQLite, which knows nothing of a new table,
would otherwise walk through a story's comments to find one by its words (sqlite.org/fileformat2.html,
2.6.3). Whoever runs ANALYZE replaces these by the real ones."""


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "address"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "arrivals",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("foreign_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "source", "kind", "foreign_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comments",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("answers_id", sa.BigInteger(), nullable=True),
        sa.Column("root_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=True),
        sa.Column("draft", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("ups", sa.Integer(), nullable=False),
        sa.Column("downs", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("comments_by_draft", "comments", ["site_id", "story_id", "draft"], unique=True)
    op.create_index(
        "comments_by_fingerprint", "comments", ["site_id", "story_id", "fingerprint"], unique=False
    )
    op.create_index(
        "comments_by_reader", "comments", ["site_id", "reader_id", "story_id", "id"], unique=False
    )
    op.create_index(
        "comments_by_replies", "comments", ["site_id", "story_id", "listed", "replies", "id"], unique=False
    )
    op.create_index(
        "comments_by_score", "comments", ["site_id", "story_id", "listed", "score", "id"], unique=False
    )
    op.create_index("comments_by_status", "comments", ["site_id", "status", "id"], unique=False)
    op.create_index("comments_by_time", "comments", ["site_id", "story_id", "listed", "id"], unique=False)
    op.create_index("comments_under_root", "comments", ["site_id", "story_id", "root_id", "seq"], unique=True)
    op.create_table(
        "decisions",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "comment_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "editions",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("picture_alt", sa.Text(), nullable=False),
        sa.Column("picture_caption", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "language"),
        sqlite_with_rowid=False,
    )
    op.create_index("editions_by_slug", "editions", ["site_id", "language", "slug"], unique=True)
    op.create_index(
        "editions_by_time",
        "editions",
        ["site_id", "language", "live", "published_at", "story_id"],
        unique=False,
    )
    op.create_table(
        "edits",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "comment_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paces",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("paces_by_time", "paces", ["site_id", "at"], unique=False)
    op.create_table(
        "rank_changes",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "revision", "comment_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "readers",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "token_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stories",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("discussion", sa.String(length=10), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("roots", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("stories_by_key", "stories", ["site_id", "key"], unique=True)
    op.create_index("stories_by_time", "stories", ["site_id", "published_at", "id"], unique=False)
    op.create_table(
        "votes",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reader_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "comment_id", "reader_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("votes_by_reader", "votes", ["site_id", "reader_id", "story_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ANALYZE sqlite_schema")
        statistic = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(statistic, [{"tbl": k.split("_")[0], "idx": k, "stat": v} for k, v in USUAL.items()])
