#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prepare the servers the backends tests use: a user openstack_citest, with
# that word as password and as database, on MariaDB (or MySQL) and PostgreSQL.
# Jobs run it before "tox -e backends"; it may run again. Commits, and on
# MariaDB new tables, do not wait for the disk then, since no test cuts the
# power: on MariaDB until its next start, on PostgreSQL for that user.
#
# DB_ROOT_PW is the password of MariaDB's root, when it has one.

set -o errexit -o nounset -o pipefail

DB_USER=openstack_citest
DB_PW=openstack_citest
DB_NAME=openstack_citest

as() { # as <user> <command>...: with sudo only where it is needed
    local user=$1
    shift
    if [ "$(id -un)" = "$user" ]; then
        "$@"
    elif [ "$(id -u)" = 0 ]; then
        runuser -u "$user" -- "$@"
    else
        sudo -n -H -u "$user" -- "$@"
    fi
}

setup_mariadb() {
    local client password=()
    client=$(command -v mariadb || command -v mysql)
    [ -z "${DB_ROOT_PW:-}" ] || password=("-p$DB_ROOT_PW")
    # The tests create a database each, hence the rights on all of them.
    as root "$client" -u root "${password[@]}" <<SQL
CREATE USER IF NOT EXISTS '$DB_USER'@'localhost' IDENTIFIED BY '$DB_PW';
CREATE USER IF NOT EXISTS '$DB_USER'@'%' IDENTIFIED BY '$DB_PW';
GRANT ALL PRIVILEGES ON *.* TO '$DB_USER'@'localhost' WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON *.* TO '$DB_USER'@'%' WITH GRANT OPTION;
FLUSH PRIVILEGES;
SET GLOBAL innodb_flush_log_at_trx_commit = 2;
/*M! SET GLOBAL sync_frm = OFF */;
CREATE DATABASE IF NOT EXISTS $DB_NAME CHARACTER SET utf8mb4;
SQL
}

setup_postgresql() {
    local psql=(as postgres psql -qAtX -v ON_ERROR_STOP=1 -d postgres)
    cd / # a place user postgres may read
    "${psql[@]}" <<SQL
SELECT 'CREATE ROLE $DB_USER' WHERE NOT EXISTS
    (SELECT FROM pg_roles WHERE rolname = '$DB_USER') \gexec
ALTER ROLE $DB_USER WITH LOGIN CREATEDB SUPERUSER PASSWORD '$DB_PW';
ALTER ROLE $DB_USER SET synchronous_commit = off;
SELECT 'CREATE DATABASE $DB_NAME OWNER $DB_USER' WHERE NOT EXISTS
    (SELECT FROM pg_database WHERE datname = '$DB_NAME') \gexec
SQL
    cd - >/dev/null
}

setup_mariadb
setup_postgresql
echo "MariaDB and PostgreSQL are ready for $DB_USER."
