#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check export.jsonl against digests.jsonl, with nothing but Python."""

import hashlib
import json
import sys


def canonical(value):
    """Return an object in the form that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(',', ':')).encode()


def sha256(data):
    """Return 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


contents, seals = {}, []
with open(sys.argv[1], encoding='utf-8') as exported:
    for record in map(json.loads, exported):
        contents[record['sequence']] = sha256(canonical(record['content']))
with open(sys.argv[2], encoding='utf-8') as digests:
    for line in map(json.loads, digests):
        if 'seal' in line:
            seals.append((line['seal'], []))
        else:
            seals[-1][1].append(line['record'])
previous = 64 * '0'
for seal, records in seals:
    text = b''.join(canonical(record) + b'\n' for record in records)
    rest = {name: seal[name] for name in seal if name != 'digest'}
    if (seal['previous'], seal['records'], seal['digest']) != (
        previous,
        sha256(text),
        sha256(canonical(rest)),
    ):
        sys.exit(f'Seal {seal["seal"]} was altered.')
    previous = seal['digest']
    for record in records:
        found = contents.pop(record['sequence'], record['digest'])
        if found != record['digest']:
            sys.exit(f'The record {record["sequence"]} was altered.')
if contents:
    sys.exit(f'The record {min(contents)} was inserted.')
