# SPDX-License-Identifier: Apache-2.0
"""Operations on servers: accepted in the API, carried out on hosts."""
