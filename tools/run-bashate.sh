#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Check every shell script of the tree. E006 (long lines) is left to judgment.

set -o errexit -o nounset -o pipefail

cd "$(dirname "$0")/.."
find . \( -path ./.git -o -path './.tox' -o -path './.venv' \) -prune -o \
    -type f \( -name '*.sh' -o -path './devstack/*' -o -path ./.ci/run \) -print0 |
    xargs -0 bashate --verbose --ignore E006 --error E010,E011,E043,E044
