#!/usr/bin/env bash
# ir-deploys on a real Alembic environment and PostgreSQL: heads stand for what is below them; branches, pending, ahead, a merge
. "${0%/*}/../lib.sh"
need postgresql alembic git jq
pg_up
git_() {
	git -c user.name=Ann -c user.email=a@b.c "$@" >>"$T/spawn.log" 2>&1
}
alembic_() {
	PYTHONDONTWRITEBYTECODE=1 alembic "$@" >>"$T/spawn.log" 2>&1 </dev/null
}
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:$PG_PORT/shop" "password-file = $T/pw" >"$IR_CONF"
ok 'an environment is made' alembic_ init db
sed -i "s|^sqlalchemy.url = .*|sqlalchemy.url = postgresql+psycopg2://admin@/shop?host=$PG_DIR\&port=$PG_PORT|" alembic.ini
# revision ID TITLE OPERATIONS [OPTION…]: written by alembic, its upgrade() filled in
revision() {
	alembic_ revision --rev-id "$1" -m "$2" "${@:4}" && printf '%s\n' "$3" >body && sed -i '/^def upgrade/,/^def downgrade/{/^    pass/{r body
d}}' db/versions/"$1"_*.py
}
# state OPTION…: "name state verdict" of each, in the order of application
state() {
	ir-deploys --plan --kind migration -j "$@" 2>/dev/null | jq -r 'select(.kind == "migration") | [.name, .state, .verdict] | join(" ")'
}
ok 'the first' revision aaaa01 'orders' "    op.create_table('orders', sa.Column('id', sa.Integer, primary_key=True))"
ok 'the second' revision aaaa02 'note' "    op.add_column('orders', sa.Column('note', sa.Text))"
git_ init -b main . && git_ add -A && git_ commit -qm 'two' && git_ tag v1
is 'nobody has applied anything' "$(state)" $'aaaa01 pending safe\naaaa02 pending safe'
ok 'they are applied' alembic_ upgrade head
is 'one row stands for both' "$(state)" $'aaaa01 applied safe\naaaa02 applied safe'
ok 'a third' revision bbbb03 'drop' "    op.drop_column('orders', 'note')"
ok 'and a branch' revision cccc03 'size' "    op.add_column('orders', sa.Column('size', sa.Integer, nullable=False))" --head aaaa02 --splice
git_ add -A && git_ commit -qm 'four'
is 'two are pending' "$(state | sort)" $'aaaa01 applied safe\naaaa02 applied safe\nbbbb03 pending unsafe\ncccc03 pending unsafe'
ok 'one of them is applied' alembic_ upgrade bbbb03
is 'the other one waits' "$(state | sort)" $'aaaa01 applied safe\naaaa02 applied safe\nbbbb03 applied unsafe\ncccc03 pending unsafe'
ok 'the other one, too' alembic_ upgrade heads
ok 'a merge' alembic_ merge -m 'both' --rev-id dddd04 bbbb03 cccc03
is 'two heads, and a merge that waits' "$(state | sort)" $'aaaa01 applied safe\naaaa02 applied safe\nbbbb03 applied unsafe\ncccc03 applied unsafe\ndddd04 pending safe'
ok 'is applied' alembic_ upgrade head
is 'seen from the code before: what stands in the way' "$(state --at v1 | sort)" $'aaaa01 applied safe\naaaa02 applied safe\nbbbb03 ahead unsafe\ncccc03 ahead unsafe\ndddd04 ahead safe'
check 'a pipe' -o 'lines:3' -o 'has:ahead in database main, unsafe: drop_column orders.note' -e empty -- ir-deploys --kind migration --at v1 --only warn
git_ add -A && git_ commit -qm 'five' && git_ checkout -q v1
is 'a head that the code does not know: nobody can tell what is below it' "$(state | sort)" $'aaaa01 unknown safe\naaaa02 unknown safe\ndddd04 ahead unknown'
like 'and that is said' "$(ir-deploys --plan --kind migration 2>/dev/null)" 'unknown: database main is at dddd04, which the code does not know'
done_testing
