"""Where an edition comes from, and whether it is out, waits or was taken off: a word each.

Until now a folder took off whatever had a fingerprint and no file: also pages elsewhere whose titles had been
read. They come back, but for those whose address has another story by now, which is how an editor takes one
off.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FILE_PRINT = 64
"""Characters of a file's fingerprint; what came in another way has none, or a word."""

editions = sa.table(
    "editions",
    *(
        sa.column(name)
        for name in ("site_id", "story_id", "language", "live", "fingerprint", "page", "origin", "stage")
    ),
)
addresses = sa.table(
    "addresses", *(sa.column(name) for name in ("site_id", "address", "story_id", "language"))
)
stories = sa.table("stories", *(sa.column(name) for name in ("site_id", "id", "revision")))


def upgrade() -> None:
    for name in ("origin", "stage"):
        op.add_column("editions", sa.Column(name, sa.String(10), nullable=False, server_default=""))
    page, print_ = editions.c.page, editions.c.fingerprint
    op.execute(editions.update().values(origin="import", stage="retired"))
    op.execute(editions.update().where(editions.c.live).values(stage="published"))
    op.execute(editions.update().where(sa.func.length(print_) == FILE_PRINT).values(origin="file"))
    op.execute(editions.update().where(page != "").values(origin="page"))
    bring_back()


def bring_back() -> None:
    still_theirs = sa.exists().where(
        addresses.c.site_id == editions.c.site_id,
        addresses.c.address == editions.c.page,
        addresses.c.story_id == editions.c.story_id,
        addresses.c.language == editions.c.language,
    )
    lost = sa.and_(
        editions.c.fingerprint == "read", editions.c.page != "", sa.not_(editions.c.live), still_theirs
    )
    theirs = sa.exists().where(
        stories.c.site_id == editions.c.site_id, stories.c.id == editions.c.story_id, lost
    )
    op.execute(stories.update().where(theirs).values(revision=stories.c.revision + 1))
    op.execute(editions.update().where(lost).values(live=sa.true(), stage="published"))
