"""sql drop

Revision ID: 0013sql_
Revises: 0012sql_
Create Date: 2025-03-14 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0013sql_'
down_revision = '0012sql_'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text('ALTER TABLE account DROP COLUMN old'))


def downgrade() -> None:
    raise NotImplementedError('cannot be undone')
