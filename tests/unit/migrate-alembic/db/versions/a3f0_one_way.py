"""One way

Revision ID: a3f0
Revises: a2f0
Create Date: 2026-11-28 13:22:19.402109

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'a3f0'
down_revision = 'a2f0'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
