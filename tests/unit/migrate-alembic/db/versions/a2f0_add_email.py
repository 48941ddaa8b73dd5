"""Add email

Revision ID: a2f0
Revises: a1f0
Create Date: 2026-11-28 13:22:18.824549

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'a2f0'
down_revision = 'a1f0'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
