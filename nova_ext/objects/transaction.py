# SPDX-License-Identifier: Apache-2.0
"""Several objects stored together or not at all."""

from nova_ext.db.facade import facade

#: Decorates a function that takes a context first. What its objects store
#: with that context is one transaction; when it deadlocks, the function is
#: called again, so it has to load or make its objects itself. For processes
#: that hold the database; a remotable method elsewhere is one of its own.
transactional = facade.writer
