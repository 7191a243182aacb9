"""The tables. Every key begins with the site, then the story; times are milliseconds since 1970."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()


def keyed(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


sites = Table(
    "sites",
    metadata,
    keyed("id"),
    Column("secret", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    keyed("site_id"),
    keyed("id"),
    Column("key", Text, nullable=False),
    Column("discussion", String(10), nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("roots", Integer, nullable=False),
    Column("mentions", Integer, nullable=False, server_default="0"),
    Index("stories_by_key", "site_id", "key", unique=True),
    Index("stories_by_time", "site_id", "published_at", "id"),
    sqlite_with_rowid=False,
)

editions = Table(
    "editions",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    Column("language", String(35), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("picture", Text, nullable=False),
    Column("picture_alt", Text, nullable=False),
    Column("picture_caption", Text, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger),
    Column("fingerprint", String(64), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("page", Text, nullable=False, server_default=""),
    Column("origin", String(10), nullable=False, server_default=""),
    Column("stage", String(10), nullable=False, server_default=""),
    Index("editions_by_slug", "site_id", "language", "slug", unique=True),
    Index("editions_by_time", "site_id", "language", "live", "published_at", "story_id"),
    sqlite_with_rowid=False,
)

addresses = Table(
    "addresses",
    metadata,
    keyed("site_id"),
    Column("address", Text, primary_key=True),
    Column("story_id", BigInteger, nullable=False),
    Column("language", String(35), nullable=False),
    sqlite_with_rowid=False,
)

readers = Table(
    "readers",
    metadata,
    keyed("site_id"),
    keyed("id"),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("approved", Integer, nullable=False),
    Column("photo", String(40), nullable=False, server_default=""),
    Column("banned_at", BigInteger),
    Column("role", String(20), nullable=False, server_default=""),
    Index("readers_by_role", "site_id", "role"),
    sqlite_with_rowid=False,
)

identities = Table(
    "identities",
    metadata,
    keyed("site_id"),
    Column("provider", String(20), primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("reader_id", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("public_key", LargeBinary),
    Column("counter", BigInteger, nullable=False, server_default="0"),
    Index("identities_by_reader", "site_id", "reader_id", "id"),
    Index("identities_by_email", "site_id", "email_key"),
    sqlite_with_rowid=False,
)

sign_ins = Table(
    "sign_ins",
    metadata,
    keyed("site_id"),
    Column("state", LargeBinary(32), primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("provider", String(20), nullable=False),
    Column("browser", LargeBinary(32), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("language", String(35), nullable=False),
    Column("in_window", Boolean, nullable=False),
    Column("draft", Text, nullable=False),
    Column("reader_id", BigInteger),
    Column("email", Text, nullable=False),
    Column("code", LargeBinary(32)),
    Column("link", LargeBinary(32)),
    Column("tries", Integer, nullable=False),
    Column("ticket", LargeBinary(32)),
    Index("sign_ins_by_time", "site_id", "id"),
    Index("sign_ins_by_link", "site_id", "link"),
    sqlite_with_rowid=False,
)

photos = Table(
    "photos",
    metadata,
    keyed("site_id"),
    Column("name", String(40), primary_key=True),
    Column("picture", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

jobs = Table(
    "jobs",
    metadata,
    keyed("site_id"),
    keyed("id"),
    Column("kind", String(20), nullable=False),
    Column("what", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("jobs_by_time", "site_id", "due_at"),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    keyed("site_id"),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("reader_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False, server_default="0"),
    Column("seen_at", BigInteger, nullable=False, server_default="0"),
    Column("provider", String(20), nullable=False, server_default=""),
    Column("label", Text, nullable=False, server_default=""),
    Column("browser", Text, nullable=False, server_default=""),
    Column("guest_id", BigInteger),
    Column("place", Text, nullable=False, server_default=""),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("draft", Text, nullable=False, server_default=""),
    Index("sessions_by_reader", "site_id", "reader_id"),
    sqlite_with_rowid=False,
)

comments = Table(
    "comments",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    keyed("id"),
    Column("parent_id", BigInteger),
    Column("answers_id", BigInteger),
    Column("root_id", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("reader_id", BigInteger),
    Column("draft", String(64)),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("text", Text, nullable=False),
    Column("format", String(10), nullable=False),
    Column("html", Text, nullable=False),
    Column("renderer", Integer, nullable=False),
    Column("fingerprint", BigInteger, nullable=False),
    Column("edited_at", BigInteger),
    Column("ups", Integer, nullable=False),
    Column("downs", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("replies", Integer, nullable=False),
    Column("photo", String(40), nullable=False, server_default=""),
    Index("comments_by_time", "site_id", "story_id", "listed", "id"),
    Index("comments_by_score", "site_id", "story_id", "listed", "score", "id"),
    Index("comments_by_replies", "site_id", "story_id", "listed", "replies", "id"),
    Index("comments_under_root", "site_id", "story_id", "root_id", "seq", unique=True),
    Index("comments_by_fingerprint", "site_id", "story_id", "fingerprint"),
    Index("comments_by_draft", "site_id", "story_id", "draft", unique=True),
    Index("comments_by_reader", "site_id", "reader_id", "story_id", "id"),
    Index("comments_by_status", "site_id", "status", "id"),
    Index(
        "comments_by_answered",
        "site_id",
        "story_id",
        "answers_id",
        sqlite_where=text("answers_id IS NOT NULL"),
        postgresql_where=text("answers_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

rank_changes = Table(
    "rank_changes",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    keyed("revision"),
    keyed("comment_id"),
    Column("score", Integer, nullable=False),
    Column("replies", Integer, nullable=False),
    sqlite_with_rowid=False,
)

edits = Table(
    "edits",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    keyed("comment_id"),
    keyed("id"),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Index("edits_by_time", "site_id", "story_id", "id"),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    keyed("comment_id"),
    keyed("id"),
    Column("by", Text, nullable=False),
    Column("before", String(10)),
    Column("after", String(10), nullable=False),
    Column("reasons", JSON, nullable=False),
    Index("decisions_by_time", "site_id", "story_id", "id"),
    sqlite_with_rowid=False,
)

votes = Table(
    "votes",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    keyed("comment_id"),
    keyed("reader_id"),
    Column("value", Integer, nullable=False),
    Index("votes_by_reader", "site_id", "reader_id", "story_id"),
    sqlite_with_rowid=False,
)

paces = Table(
    "paces",
    metadata,
    keyed("site_id"),
    Column("key", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("paces_by_time", "site_id", "at"),
    sqlite_with_rowid=False,
)

arrivals = Table(
    "arrivals",
    metadata,
    keyed("site_id"),
    Column("source", Text, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("foreign_id", Text, primary_key=True),
    Column("story_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

mentions = Table(
    "mentions",
    metadata,
    keyed("site_id"),
    keyed("story_id"),
    Column("source", Text, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Index("mentions_by_id", "site_id", "id", unique=True),
    Index("mentions_by_status", "site_id", "status", "id"),
    sqlite_with_rowid=False,
)
