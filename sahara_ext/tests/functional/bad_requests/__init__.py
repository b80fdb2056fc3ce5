# SPDX-License-Identifier: Apache-2.0
"""Requests no client should send, each with the answer it gets."""
