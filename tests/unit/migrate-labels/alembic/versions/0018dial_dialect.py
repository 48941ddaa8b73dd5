"""dialect

Revision ID: 0018dial
Revises: 0017loop
Create Date: 2025-03-19 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0018dial'
down_revision = '0017loop'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.create_index('ix_x', 'account', ['kind'])


def downgrade() -> None:
    pass
