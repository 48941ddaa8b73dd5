"""Further the other way

Revision ID: a5f0
Revises: a4f0
Create Date: 2026-11-28 13:22:19.791449

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'a5f0'
down_revision = 'a4f0'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
