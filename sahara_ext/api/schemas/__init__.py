# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of requests and answers, one file per noun."""
