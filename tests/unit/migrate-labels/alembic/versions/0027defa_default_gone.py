"""default gone

Revision ID: 0027defa
Revises: 0026seed
Create Date: 2025-03-28 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0027defa'
down_revision = '0026seed'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column('account', 'kind', server_default=None)


def downgrade() -> None:
    pass
