# SPDX-License-Identifier: Apache-2.0
"""Parts of all databases: transactions, schema migrations, paging."""
