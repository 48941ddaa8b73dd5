"""sql index

Revision ID: 0012sql_
Revises: 0011rena
Create Date: 2025-03-13 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0012sql_'
down_revision = '0011rena'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute('CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_a ON account (kind)')


def downgrade() -> None:
    op.execute('DROP INDEX ix_a')
