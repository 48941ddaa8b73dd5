"""Billing begins

Revision ID: b1f0
Revises: 
Create Date: 2026-11-28 13:22:19.015328

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'b1f0'
down_revision = None
branch_labels = ('billing',)
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
