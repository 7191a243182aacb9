"""The site's revision: one number tells whether any list of editions may have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("revision", sa.BigInteger, nullable=False, server_default="0"))
