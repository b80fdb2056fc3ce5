# SPDX-License-Identifier: Apache-2.0
"""Addresses of the views of the tab."""

from django import urls

from ext_dashboard.provisioning import views

urlpatterns = [
    urls.path(
        'clusters/<str:cluster_id>',
        views.ProgressView.as_view(),
        name='progress',
    ),
    urls.path(
        'clusters/<str:cluster_id>/steps/<str:step_id>/failures',
        views.FailuresView.as_view(),
        name='failures',
    ),
]
