"""batch

Revision ID: 0007batc
Revises: 0006drop
Create Date: 2025-03-08 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007batc'
down_revision = '0006drop'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('flag', sa.Boolean(), nullable=True))
        batch_op.create_index(batch_op.f('ix_account_flag'), ['flag'], unique=False)
        batch_op.alter_column('kind', existing_type=sa.VARCHAR(length=10), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('flag')
