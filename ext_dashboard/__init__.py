# SPDX-License-Identifier: Apache-2.0
"""Pages of Horizon: progress of clusters, history of servers, tasks.

A plugin of Horizon, installed into its environment; it imports nothing of the
services and asks their APIs with the token of the user who is logged in.
"""
