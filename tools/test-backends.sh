#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the tests on MariaDB with RabbitMQ, then on PostgreSQL, then those that
# choose their servers themselves. A missing server is a failure here, not a
# skipped test.
#
# NOVA_EXT_MARIADB_URL, NOVA_EXT_POSTGRESQL_URL and NOVA_EXT_RABBITMQ_URL say
# where the servers are. Arguments replace the selection of tests.

set -o errexit -o nounset -o pipefail

CITEST=openstack_citest:openstack_citest@127.0.0.1
export NOVA_EXT_REQUIRE_BACKENDS=1
export NOVA_EXT_MARIADB_URL=${NOVA_EXT_MARIADB_URL:-mysql+pymysql://$CITEST/openstack_citest}
export NOVA_EXT_POSTGRESQL_URL=${NOVA_EXT_POSTGRESQL_URL:-postgresql+psycopg2://$CITEST/openstack_citest}
export NOVA_EXT_RABBITMQ_URL=${NOVA_EXT_RABBITMQ_URL:-rabbit://guest:guest@127.0.0.1:5672/}

# What neither asks a database nor sends a message is not worth a second look;
# the clients' own service is an all-in-one with SQLite.
SELECTION=(--exclude-regex '\.functional\.(backends|clients|test_recorded_answers)\.'
    '\.unit\.(db|objects|compute|conductor|cmd|test_(indirection|rpc|service))\b|\.functional\.')

can_log_in() {
    python - <<'PYTHON'
import os
import sqlalchemy

for name in ('NOVA_EXT_MARIADB_URL', 'NOVA_EXT_POSTGRESQL_URL'):
    sqlalchemy.create_engine(os.environ[name]).connect().close()
PYTHON
}

can_log_in 2>/dev/null || "$(dirname "$0")/test-setup.sh"
can_log_in

status=0

# on <title> <database> [<broker>]: run the selection there
on() {
    echo "$1"
    EXT_TEST_DB_URL=$2 EXT_TEST_RPC_URL=${3:-fake:/} \
        stestr run "${ARGUMENTS[@]}" || status=1
}

ARGUMENTS=("$@")
[ $# -gt 0 ] || ARGUMENTS=("${SELECTION[@]}")
on 'On MariaDB and RabbitMQ' "$NOVA_EXT_MARIADB_URL" "$NOVA_EXT_RABBITMQ_URL"
on 'On PostgreSQL' "$NOVA_EXT_POSTGRESQL_URL"

echo 'On servers of their own choice'
[ $# -gt 0 ] || stestr run '\.functional\.backends\.' || status=1
exit $status
