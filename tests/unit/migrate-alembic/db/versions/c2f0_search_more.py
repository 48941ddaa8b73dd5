"""Search more

Revision ID: c2f0
Revises: c1f0
Create Date: 2026-11-28 13:22:20.619904

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'c2f0'
down_revision = 'c1f0'
branch_labels = None
depends_on = 'b1f0'


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
