# deploys.sh - what changed: ir-deploys beside the runbook's two commands, in a Django project with 60 migrations of its own and a history of 100,000 commits

# history N: commits, by git fast-import, with what lies in the directory on top of them
deploys_history() {
	git init -q -b main . && awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 5\nc%04d\nM 100644 inline notes/f%d\ndata 2\n%d\n\n", 1600000000 + i * 600, i % 10000, i % 500, i % 10
	}' | git fast-import --quiet && git reset -q && git add -A . &&
		git -c user.name=A -c user.email=a@b commit -qm 'the site'
}

# Five apps, each with a table and eleven columns that came one by one.
deploys_site() {
	local app i
	django_up || return
	for app in alpha beta gamma delta epsilon; do
		mkdir -p $app/migrations && touch $app/__init__.py $app/migrations/__init__.py
		printf 'from django.db import migrations, models\nclass Migration(migrations.Migration):\n    initial = True\n    dependencies = []\n    operations = [migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))])]\n' >$app/migrations/0001_initial.py
		for i in 02 03 04 05 06 07 08 09 10 11 12; do
			printf 'from django.db import migrations, models\nclass Migration(migrations.Migration):\n    dependencies = [("%s", "00%s")]\n    operations = [migrations.AddField("thing", "f%s", models.TextField(null=True))]\n' \
				$app "$(basename "$(ls $app/migrations/00*.py | tail -1)" .py | cut -c3-)" $i >$app/migrations/00${i}_f$i.py
		done
		sed -i "s/'jobs'\]/'jobs', '$app']/" settings.py
	done
	/usr/bin/python3 manage.py migrate -v 0
}

deploys_table() {
	local round
	can postgresql && can git && /usr/bin/python3 -c 'import django, psycopg2' 2>/dev/null || { echo && echo 'What changed: no PostgreSQL, git or Django here.' && return; }
	say 'what changed'
	pg_up && export PGPASSWORD=$PG_PASSWORD
	deploys_site && deploys_history 100000 || { say 'the site does not come up' && return; }
	printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:$PG_PORT/shop" >"$T/ir.conf"
	echo 'git log -5 --oneline; /usr/bin/python3 manage.py showmigrations --plan | tail -n 5' >"$T/changes"
	echo '/usr/bin/python3 manage.py showmigrations --plan | tail -n 5' >"$T/plan"
	for ((round = 1; round <= ROUNDS; round++)); do
		cost deploys-ir ir-deploys
		counted deploys-ir "$(grep -c 'git:' "$T/said") + $(grep -c 'migration:' "$T/said")" '5 + 5'
		cost deploys-hand sh "$T/changes"
		counted deploys-hand "$(grep -vc '^\[' "$T/said") + $(grep -c '^\[X\]' "$T/said")" '5 + 5'
		cost deploys-commits ir-deploys --kind commit
		counted deploys-commits "$(grep -c 'git:' "$T/said")" 5
		cost deploys-git git log -5 --oneline
		counted deploys-git "$(wc -l <"$T/said")" 5
		cost deploys-migrations ir-deploys --kind migration
		counted deploys-migrations "$(grep -c 'migration:' "$T/said")" 5
		cost deploys-plan sh "$T/plan"
		counted deploys-plan "$(grep -c '^\[X\]' "$T/said")" 5
	done
	cd "$T/work" && unset PGPASSWORD
	head_line 'What changed: 100,000 commits, 79 migrations in PostgreSQL' told
	line '`ir-deploys`' deploys-ir deploys-ir
	line '`git log -5 --oneline`, `manage.py showmigrations --plan \\| tail -n 5`' deploys-hand deploys-ir
	line '`ir-deploys --kind commit`' deploys-commits deploys-ir
	line '`git log -5 --oneline` alone' deploys-git deploys-ir
	line '`ir-deploys --kind migration`' deploys-migrations deploys-ir
	line '`manage.py showmigrations --plan \\| tail -n 5` alone' deploys-plan deploys-ir
}
