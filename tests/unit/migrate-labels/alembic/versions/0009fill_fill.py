"""fill

Revision ID: 0009fill
Revises: 0008batc
Create Date: 2025-03-10 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0009fill'
down_revision = '0008batc'
branch_labels = None
depends_on = None


def upgrade() -> None:
    conn = op.get_bind()
    conn.execute(sa.text("UPDATE account SET kind = 'x' WHERE kind IS NULL"))


def downgrade() -> None:
    pass
