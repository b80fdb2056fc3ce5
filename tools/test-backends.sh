#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the tests on MariaDB, then on PostgreSQL, those of messages on RabbitMQ,
# then those that choose their servers themselves. A missing server is a
# failure here, not a skipped test.
#
# NOVA_EXT_MARIADB_URL, NOVA_EXT_POSTGRESQL_URL and NOVA_EXT_RABBITMQ_URL say
# where the servers are, NOVA_EXT_CURRENT_LINE_PYTHON which Python has the
# current dependency line: that of "tox -e sa2" where there is one, else of an
# environment made here. NOVA_EXT_TEST_WORKERS is how many tests run at a time,
# as many as there are cores unless set. Arguments replace the selection of
# tests.

set -o errexit -o nounset -o pipefail

CITEST=openstack_citest:openstack_citest@127.0.0.1
export NOVA_EXT_REQUIRE_BACKENDS=1
# With TLS, PyMySQL reads all certificates of the system for each connection.
export NOVA_EXT_MARIADB_URL=${NOVA_EXT_MARIADB_URL:-mysql+pymysql://$CITEST/openstack_citest?ssl_disabled=true}
export NOVA_EXT_POSTGRESQL_URL=${NOVA_EXT_POSTGRESQL_URL:-postgresql+psycopg2://$CITEST/openstack_citest}
export NOVA_EXT_RABBITMQ_URL=${NOVA_EXT_RABBITMQ_URL:-rabbit://guest:guest@127.0.0.1:5672/}

# What asks no database is not worth a second run. An all-in-one has SQLite,
# as have the cells of an audit, and samples have the numbers and the
# microseconds of a new one. Some tests have twins among the backends'.
SELECTION=(--exclude-regex '^osc_ext\.|\.functional\.(backends|clients|namespace|samples|spark|engine\.test_crash|(tasks\.)?test_(allinone\w*|audit\w*|browser|command_line|concurrency|cors|crash|failing_\w+|growth|interrupt|log|log_lines|patterns|private_state|read_costs|recorded_answers|restart|slow_clients|trail))\.|\.test_statements\.WritesTest\.'
    '\.unit\.(db|objects|compute|conductor|engine|progress|cmd)\b|\.functional\.')
# How often an engine dies takes long, and is tested with SQLite.
export SAHARA_EXT_CRASH_SERVERS=${SAHARA_EXT_CRASH_SERVERS:-25}
export SAHARA_EXT_CRASH_KILLS=${SAHARA_EXT_CRASH_KILLS:-5}
# One after the other: the broker names queues by topic and host alone.
MESSAGES=(--serial '\.unit\.(test_(indirection|rpc|service)|objects\.test_remote)\b')

# make_current_line <directory>: an environment of the current line
make_current_line() {
    [ -x "$1/bin/python" ] || python -m venv "$1"
    "$1/bin/python" -m pip install -qq --disable-pip-version-check \
        -c constraints-current.txt -e . -r test-requirements.txt
}

can_log_in() {
    python - <<'PYTHON'
import os
import kombu
import sqlalchemy

for name in ('NOVA_EXT_MARIADB_URL', 'NOVA_EXT_POSTGRESQL_URL'):
    sqlalchemy.create_engine(os.environ[name]).connect().close()
# Tests of messages would wait for it without limit.
url = os.environ['NOVA_EXT_RABBITMQ_URL'].replace('rabbit', 'amqp', 1)
kombu.Connection(url, connect_timeout=5).connect()
PYTHON
}

can_log_in 2>/dev/null || "$(dirname "$0")/test-setup.sh"
can_log_in

status=0
WORKERS=(--concurrency "${NOVA_EXT_TEST_WORKERS:-0}")

# on <title> <database>: run the selection there
on() {
    echo "$1"
    EXT_TEST_DB_URL=$2 stestr run "${WORKERS[@]}" "${ARGUMENTS[@]}" || status=1
}

ARGUMENTS=("$@")
[ $# -gt 0 ] || ARGUMENTS=("${SELECTION[@]}")
on 'On MariaDB' "$NOVA_EXT_MARIADB_URL"
on 'On PostgreSQL' "$NOVA_EXT_POSTGRESQL_URL"
[ $# -eq 0 ] || exit $status

echo 'On RabbitMQ'
EXT_TEST_RPC_URL=$NOVA_EXT_RABBITMQ_URL stestr run "${MESSAGES[@]}" || status=1

if [ -z "${NOVA_EXT_CURRENT_LINE_PYTHON:-}" ]; then
    environment=$PWD/.tox/sa2
    if [ ! -x "$environment/bin/python" ]; then
        environment=$PWD/.tox/current-line
        make_current_line "$environment"
    fi
    export NOVA_EXT_CURRENT_LINE_PYTHON=$environment/bin/python
fi

echo 'On servers of their own choice'
# They wait for other processes more than the rest does.
[ -z "${NOVA_EXT_TEST_WORKERS:-}" ] ||
    WORKERS=(--concurrency $((NOVA_EXT_TEST_WORKERS + 1)))
stestr run "${WORKERS[@]}" '\.functional\.backends\.' || status=1
exit $status
