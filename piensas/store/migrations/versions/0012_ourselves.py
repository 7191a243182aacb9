"""Who signs in by a letter or a passkey is known by no address of the site's, which may change.

Until now a site that got another address, even another port, knew none of them any more: whoever came by a
letter was somebody new, and no moderator was let in. Where that has happened, the two accounts of one mailbox
become the older one, as in 0009.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OURSELVES = ""
OURS = ("email", "passkey")

mailboxes = import_module("piensas.store.migrations.versions.0009_mailboxes")
identities = mailboxes.identities


def upgrade() -> None:
    db = op.get_bind()
    ours = sa.select(identities).where(identities.c.provider.in_(OURS)).order_by(identities.c.id)
    for row in db.execute(ours).all():
        elder = find_ours(db, row)
        if elder is None:
            mailboxes.change(db, row, issuer=OURSELVES)
        elif elder.id != row.id:
            mailboxes.join(db, row, elder)


def find_ours(db: sa.Connection, row: sa.Row) -> sa.Row | None:
    return db.execute(
        sa.select(identities).where(
            identities.c.site_id == row.site_id,
            identities.c.provider == row.provider,
            identities.c.issuer == OURSELVES,
            identities.c.subject == row.subject,
        )
    ).first()
