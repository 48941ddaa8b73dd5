"""loop

Revision ID: 0017loop
Revises: 0016fore
Create Date: 2025-03-18 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0017loop'
down_revision = '0016fore'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('account', 'entry'):
        op.add_column(table, sa.Column('made_at', sa.DateTime(), nullable=True))


def downgrade() -> None:
    pass
