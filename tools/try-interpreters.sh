#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the two commands of the README in fresh clones of the last commit, with
# every interpreter from Python 3.10 on that is there: named by PYTHON, then
# first on PATH as python3. "make serve" has to print "ready", to answer, and
# to end with status 0 when asked to; of "make test", the tests run that
# OPTS selects.
#
# Interpreters are looked for on PATH and among those of pyenv. Arguments are
# commands or paths of interpreters that take their place. OPTS selects the
# tests; unless it is set, those that run all else the README shows, too.

set -o errexit -o nounset -o pipefail

cd "$(dirname "$0")/.."
# It is a part of a command line.
OPTS="${OPTS:-'\.unit\.test_context\.|\.test_documents\.TestReadme'}"
LAST=3.13
SOURCE=$PWD
WORK=$(mktemp -d)
# The configuration of the caller's own environment is not for a newcomer's.
unset PYTHON VIRTUAL_ENV PYTHONPATH PYTHONHOME MAKEFLAGS MAKELEVEL VENV
unset HOST STATE_DIR
SERVICE=

clean_up() {
    [ -z "$SERVICE" ] || kill "$SERVICE" 2>/dev/null || true
    rm -rf "$WORK"
}
trap clean_up EXIT

# runs <interpreter>: whether it does; a shim of pyenv may not
runs() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

# interpreters: one path a line, the first of each minor version
interpreters() {
    local minor path
    for ((minor = 10; minor <= ${LAST#3.}; minor++)); do
        while read -r path; do
            if runs "$path"; then
                echo "$path"
                break
            fi
        done < <(
            type -ap "python3.$minor"
            compgen -G "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$minor.*/bin/python3.$minor"
        )
    done
}

free_ports() {
    "$1" - <<'PYTHON'
import socket

sockets = [socket.create_server(('127.0.0.1', 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

# answers <interpreter> <port>: whether a version document is there
answers() {
    "$1" - "$2" <<'PYTHON'
import json
import sys
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(f'http://127.0.0.1:{sys.argv[1]}/v2.1', timeout=30) as answer:
    assert json.load(answer)['version']['id'] == 'v2.1'
PYTHON
}

# serve <interpreter> <argument of make>...: until it is ready, then end it
serve() {
    local python=$1 compute clusters deadline
    shift
    read -r compute clusters < <(free_ports "$python")
    : >serve.log
    make "$@" COMPUTE_PORT="$compute" DATA_PROCESSING_PORT="$clusters" \
        serve >serve.log 2>&1 &
    SERVICE=$!
    deadline=$((SECONDS + 600))
    until grep -qx ready serve.log; do
        if [ $SECONDS -gt $deadline ] || ! kill -0 "$SERVICE" 2>/dev/null; then
            cat serve.log
            return 1
        fi
        sleep 0.5
    done
    answers "$python" "$compute"
    # Asked itself, make would end with a status of its own.
    pkill -TERM --parent "$SERVICE"
    wait "$SERVICE" || {
        cat serve.log
        return 1
    }
    SERVICE=
}

# version <interpreter>
version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

# newcomer <how> <interpreter> <argument of make>...: in a clone of their own
newcomer() {
    local how=$1 python=$2 found wanted
    shift 2
    wanted=$(version "$python")
    echo "=== Python $wanted, by $how"
    rm -rf "$WORK/clone"
    git clone -q "$SOURCE" "$WORK/clone"
    cd "$WORK/clone"
    make "$@" OPTS="$OPTS" test
    serve "$python" "$@"
    found=$(version .venv/bin/python)
    cd "$SOURCE"
    [ "$found" = "$wanted" ] || {
        echo "The environment has Python $found" >&2
        return 1
    }
}

if [ $# -gt 0 ]; then
    FOUND=("$@")
else
    mapfile -t FOUND < <(interpreters)
fi
[ ${#FOUND[@]} -gt 0 ] || {
    echo 'No Python from 3.10 on was found.' >&2
    exit 1
}
for python in "${FOUND[@]}"; do
    python=$(type -P "$python")
    newcomer PYTHON "$python" PYTHON="$python"
    place=$WORK/bin-$(version "$python")
    mkdir -p "$place"
    ln -sf "$python" "$place/python3"
    PATH=$place:$PATH newcomer PATH "$python"
done
echo "All of: ${FOUND[*]}"
