"""helper

Revision ID: 0023help
Revises: 0022drop
Create Date: 2025-03-24 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa
from app.migrations import create_audit_trigger


# revision identifiers, used by Alembic.
revision = '0023help'
down_revision = '0022drop'
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit_trigger('account')


def downgrade() -> None:
    pass
