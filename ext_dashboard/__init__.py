# SPDX-License-Identifier: Apache-2.0
"""A plugin of Horizon: progress of clusters, history of servers, tasks."""
