# SPDX-License-Identifier: Apache-2.0
"""The facade of the database of this service."""

from ext_lib.db.facade import Facade

facade = Facade()
