"""merge

Revision ID: 0021merg
Revises: 0020othe
Create Date: 2025-03-22 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0021merg'
down_revision = '0020othe'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
