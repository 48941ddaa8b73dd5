"""Paid

Revision ID: b3f0
Revises: b2f0
Create Date: 2026-11-28 13:22:20.199571

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'b3f0'
down_revision = 'b2f0'
branch_labels = None
depends_on = 'a3f0'


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
