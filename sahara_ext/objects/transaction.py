# SPDX-License-Identifier: Apache-2.0
"""Several objects stored together or not at all, or read as of one time."""

from sahara_ext.db.facade import facade

#: Decorates a function that takes a context first. What its objects store
#: with that context is one transaction; when it deadlocks, the function is
#: called again, so it has to load or make its objects itself.
transactional = facade.writer

#: Likewise, for a function whose objects only read.
reading = facade.snapshot
