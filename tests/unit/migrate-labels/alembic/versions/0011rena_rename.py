"""rename

Revision ID: 0011rena
Revises: 0010null
Create Date: 2025-03-12 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0011rena'
down_revision = '0010null'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column('account', 'name', new_column_name='title')


def downgrade() -> None:
    op.alter_column('account', 'title', new_column_name='name')
