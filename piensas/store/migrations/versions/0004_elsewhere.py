"""Stories whose pages are elsewhere, sessions that hold there, and sign-ins that begin there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("page", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("place", sa.Text(), nullable=False, server_default=""))
    op.add_column("sign_ins", sa.Column("ticket", sa.LargeBinary(length=32), nullable=True))
