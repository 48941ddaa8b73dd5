"""After all

Revision ID: d2f0
Revises: d1f0
Create Date: 2026-11-28 13:22:21.022439

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'd2f0'
down_revision = 'd1f0'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
