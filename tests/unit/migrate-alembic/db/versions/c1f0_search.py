"""Search

Revision ID: c1f0
Revises: 
Create Date: 2026-11-28 13:22:20.405683

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'c1f0'
down_revision = None
branch_labels = None
depends_on = 'billing'


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
