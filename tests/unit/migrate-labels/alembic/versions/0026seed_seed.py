"""seed

Revision ID: 0026seed
Revises: 0025pare
Create Date: 2025-03-27 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0026seed'
down_revision = '0025pare'
branch_labels = None
depends_on = None


def upgrade() -> None:
    t = op.create_table('currency', sa.Column('code', sa.String(3), primary_key=True))
    op.create_table_comment('currency', 'ISO 4217', existing_comment=None)


def downgrade() -> None:
    op.drop_table('currency')
