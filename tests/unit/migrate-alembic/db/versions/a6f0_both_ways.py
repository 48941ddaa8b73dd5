"""Both ways

Revision ID: a6f0
Revises: a3f0, a5f0
Create Date: 2026-11-28 13:22:19.990194

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'a6f0'
down_revision = ('a3f0', 'a5f0')
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
