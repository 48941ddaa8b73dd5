"""batch safe

Revision ID: 0008batc
Revises: 0007batc
Create Date: 2025-03-09 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008batc'
down_revision = '0007batc'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('flag2', sa.Boolean(), nullable=True))
        batch_op.create_index('ix_account_flag2', ['flag2'])


def downgrade() -> None:
    pass
