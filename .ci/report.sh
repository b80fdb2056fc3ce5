#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a reader gets of the logs that the sections of a run leave: enough
# to see what failed and why where nothing but the output is kept.

# How much of a failed section is shown, in lines: of each test, and of what
# is no test.
REPORT_TEST_LINES=40
REPORT_LINES=60

# totals <log>...: stestr's own totals, one line a run
totals() {
    awk '
        /^Ran: [0-9]+ tests in/ { line = $0 }
        /^ - (Passed|Skipped|Failed|Unexpected Success|Expected Fail): [0-9]+/ {
            sub(/^ - /, ""); line = line "  " $0
            if (/^Failed/) print line
        }' "$@"
}

# summary <log>...: the sum over all runs
summary() {
    awk '
        /^ - (Passed|Expected Fail): [0-9]+$/ { passed += $NF }
        /^ - (Failed|Unexpected Success): [0-9]+$/ { failed += $NF }
        /^ - Skipped: [0-9]+$/ { skipped += $NF }
        END {
            printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        }' "$@"
}

# failures <log>: the failed tests with their tracebacks, long ones cut in the
# middle, without what they logged; the end of the log where no test failed
failures() {
    grep -q '^Failed [0-9]* tests - output below:' "$1" || {
        tail -n "$REPORT_LINES" "$1"
        return
    }
    awk -v most="$REPORT_TEST_LINES" '
        function flush(  i) {
            for (i = 1; i <= count; i++) {
                if (i <= most / 4 || i > count - most * 3 / 4) print lines[i]
                else if (!cut++) print "    [...]"
            }
            count = cut = 0
        }
        /^Failed [0-9]+ tests - output below:/ { inside = 1; next }
        /^Totals$/ { flush(); inside = 0 }
        !inside || /^(=+|~+)$/ { next }
        /^Captured / { flush(); shown = !/^Captured pythonlogging/; next }
        /^([A-Za-z_]+ \()?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+(\(.*)?\)?$/ {
            flush(); print "\n" $0; shown = 0; next
        }
        shown && NF { lines[++count] = substr($0, 1, 800) }' "$1"
    grep -E '^[a-z0-9-]+: exit [1-9]' "$1"
}

# failed <log>: one line for each test or command that failed
failed() {
    sed -nE -e 's/^\{[0-9]+\} (.*) \[[0-9.]+s\] \.\.\. FAILED$/\1/p' \
        -e 's/^([a-z0-9-]+: exit [1-9].*) pid=.*/\1/p' "$1" | sort -u
}
