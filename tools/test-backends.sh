#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the suites that touch a database once on MariaDB and once on PostgreSQL,
# then the tests that need servers of their own choice. A missing server is a
# failure here, not a skipped test.
#
# NOVA_EXT_MARIADB_URL, NOVA_EXT_POSTGRESQL_URL and NOVA_EXT_RABBITMQ_URL say
# where the servers are. Arguments replace the selection of database tests.

set -o errexit -o nounset -o pipefail

CITEST=openstack_citest:openstack_citest@127.0.0.1
export NOVA_EXT_REQUIRE_BACKENDS=1
export NOVA_EXT_MARIADB_URL=${NOVA_EXT_MARIADB_URL:-mysql+pymysql://$CITEST/openstack_citest}
export NOVA_EXT_POSTGRESQL_URL=${NOVA_EXT_POSTGRESQL_URL:-postgresql+psycopg2://$CITEST/openstack_citest}
export NOVA_EXT_RABBITMQ_URL=${NOVA_EXT_RABBITMQ_URL:-rabbit://guest:guest@127.0.0.1:5672/}

ON_A_DATABASE='\.tests\.(unit|functional)\.(db|objects|test_gabbi)\b'

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
for url in "$NOVA_EXT_MARIADB_URL" "$NOVA_EXT_POSTGRESQL_URL"; do
    echo "Database tests on ${url%%:*}"
    EXT_TEST_DB_URL=$url stestr run "${@:-$ON_A_DATABASE}" || status=1
done

echo 'Tests that choose their servers themselves'
stestr run '\.tests\.functional\.backends\.' || status=1
exit $status
