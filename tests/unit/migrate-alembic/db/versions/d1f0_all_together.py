"""All together

Revision ID: d1f0
Revises: a6f0, b3f0, c2f0
Create Date: 2026-11-28 13:22:20.823926

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'd1f0'
down_revision = ('a6f0', 'b3f0', 'c2f0')
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
