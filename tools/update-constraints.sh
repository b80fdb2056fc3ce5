#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Write the constraints files anew from what the registry offers today.
#
# Run it from the root of the tree. Each line is resolved once per Python
# version that needs pins of its own; python3.10 and python3.11 must be on
# the PATH. What the pages need beside the current line comes last, without
# the pins of one Horizon alone, which its file of requirements has.

set -o errexit -o nounset -o pipefail

LINTERS=(bashate codespell doc8 flake8 hacking import-linter mypy pre-commit
    pre-commit-hooks ruff sphinx-lint types-PyYAML types-requests)
REQUIREMENTS=(-r requirements.txt -r test-requirements.txt
    -r doc/requirements.txt)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# resolve <line> <python> <cap>...: freeze what pip chooses under the caps
resolve() {
    local line=$1 python=$2
    shift 2
    "python$python" -m venv "$work/$line-$python"
    "$work/$line-$python/bin/pip" install -q --upgrade pip
    "$work/$line-$python/bin/pip" install -q "${REQUIREMENTS[@]}" \
        "${LINTERS[@]}" "$@"
    # setuptools is the default line's: sqlalchemy-migrate needs its
    # pkg_resources. freeze lists it only with --all.
    "$work/$line-$python/bin/pip" freeze --all --exclude pip \
        >"$work/$line-$python.txt"
    [ "$line" = default ] || sed -i '/^setuptools==/d' "$work/$line-$python.txt"
}

# merge <line> <title>: one file, with markers where the versions differ
merge() {
    python3 - "$work/$1-3.10.txt" "$work/$1-3.11.txt" "$2" <<'PYTHON'
import sys


def pins(path):
    with open(path) as lines:
        pairs = (line.strip().split('==') for line in lines if '==' in line)
        return {name.lower(): (name, version) for name, version in pairs}


old, new = pins(sys.argv[1]), pins(sys.argv[2])
print('# SPDX-License-Identifier: Apache-2.0')
print('#', sys.argv[3])
print('# Written by tools/update-constraints.sh.')
for key in sorted(old.keys() | new.keys()):
    if old.get(key) == new.get(key):
        print('{}=={}'.format(*new[key]))
        continue
    for found, marker in (
        (old.get(key), "<'3.11'"),
        (new.get(key), ">='3.11'"),
    ):
        if found:
            print('{}=={}'.format(*found) + f';python_version{marker}')
PYTHON
}

for python in 3.10 3.11; do
    resolve default "$python" 'SQLAlchemy==1.4.54' 'sqlalchemy-migrate==0.13.0' \
        'setuptools>=80,<81'
    resolve current "$python" 'SQLAlchemy<2.1'
done
merge default 'The default line: SQLAlchemy 1.4, the last with sqlalchemy-migrate.' \
    >constraints.txt
merge current 'The current line: SQLAlchemy 2.0 and the newest of the rest.' \
    >constraints-current.txt

# Of the newest keystone, sahara-dashboard and selenium.
python3.11 -m venv "$work/dashboard"
"$work/dashboard/bin/pip" install -q --upgrade pip
grep -v '^-c' dashboard-requirements.txt >"$work/requirements.txt"
echo 'setuptools<81' >"$work/build.txt"
"$work/dashboard/bin/pip" install -q --build-constraint "$work/build.txt" \
    -c constraints-current.txt -r "$work/requirements.txt" \
    axe-core-python selenium 'setuptools<81'
{
    cat <<'HEAD'
# SPDX-License-Identifier: Apache-2.0
# What Horizon, keystone and a browser need beside the current line, and what
# XStatic packages need to be built: setuptools with pkg_resources.
# Written by tools/update-constraints.sh.
HEAD
    {
        echo 'setuptools<81'
        "$work/dashboard/bin/pip" freeze | awk '
            function key(line) {
                sub(/[=;].*/, "", line)
                gsub(/[_.]/, "-", line)
                return tolower(line)
            }
            FILENAME != "-" { if (/==/) known[key($0)] = 1; next }
            /==/ && !(key($0) in known)' \
            constraints-current.txt dashboard-requirements.txt \
            dashboard23-requirements.txt -
    } | sort -f
} >constraints-dashboard.txt
