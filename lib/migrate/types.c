/* types - the frameworks of migrations that are known */
#include "migrate/type.h"

extern const struct ir_migrate_type ir_migrate_alembic, ir_migrate_dbmate, ir_migrate_diesel, ir_migrate_django,
    ir_migrate_ecto, ir_migrate_flyway, ir_migrate_golang_migrate, ir_migrate_goose, ir_migrate_knex,
    ir_migrate_laravel, ir_migrate_liquibase, ir_migrate_prisma, ir_migrate_rails, ir_migrate_sequelize,
    ir_migrate_sqitch, ir_migrate_sqlx, ir_migrate_typeorm;

/* Those that read() by what a file holds come before those that go by its path alone. */
const struct ir_migrate_type *const ir_migrate_types[] = { &ir_migrate_django, &ir_migrate_alembic,
	&ir_migrate_liquibase, &ir_migrate_sqitch, &ir_migrate_flyway, &ir_migrate_prisma, &ir_migrate_diesel,
	&ir_migrate_rails, &ir_migrate_goose, &ir_migrate_dbmate, &ir_migrate_golang_migrate, &ir_migrate_sqlx,
	&ir_migrate_laravel, &ir_migrate_ecto, &ir_migrate_typeorm, &ir_migrate_sequelize, &ir_migrate_knex, NULL };
