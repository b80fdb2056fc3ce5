# SPDX-License-Identifier: Apache-2.0
"""Headers that pages of other origins may send and read."""

from ext_lib.wsgi import cors

# Nothing here makes a task; a page that puts a tag on all it sends to the
# services of a cloud is not to be stopped for it.
DEFAULTS = cors.Defaults(['Task-tag'], ['Task-tag', 'Task-id', 'Task-repeat'])

#: Entry point of oslo.config: has the sample file show the defaults.
set_library_defaults = DEFAULTS.set_in_library
