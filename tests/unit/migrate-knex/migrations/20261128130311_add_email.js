exports.up = async (knex) => {
  await knex.schema.alterTable('users', (t) => t.string('email'));
};

exports.down = () => {
  throw new Error('no way back');
};
