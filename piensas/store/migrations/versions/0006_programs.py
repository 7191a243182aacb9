"""Sessions of programs, and what their readers allow them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("scopes", sa.Text(), nullable=False, server_default=""))
