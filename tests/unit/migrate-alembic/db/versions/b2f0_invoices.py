"""Invoices

Revision ID: b2f0
Revises: b1f0
Create Date: 2026-11-28 13:22:19.205984

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'b2f0'
down_revision = 'b1f0'
branch_labels = None
depends_on = 'a1f0'


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
