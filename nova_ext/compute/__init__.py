# SPDX-License-Identifier: Apache-2.0
"""What is done to servers: asked for in the API, done on hosts."""
