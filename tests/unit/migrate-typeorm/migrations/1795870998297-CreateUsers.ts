import { MigrationInterface, QueryRunner } from "typeorm";

export class CreateUsers1795870998297 implements MigrationInterface {

    public async up(queryRunner: QueryRunner): Promise<void> {
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
    }

}
