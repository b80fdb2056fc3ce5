# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages and of what their script asks for."""

from django import urls

from ext_dashboard.history import views

_SERVER = 'servers/<str:server_id>'

urlpatterns = [
    urls.path('', views.IndexView.as_view(), name='index'),
    urls.path(
        'servers/<uuid:server_id>', views.ServerView.as_view(), name='server'
    ),
    urls.path(
        f'{_SERVER}/timeline', views.TimelineView.as_view(), name='timeline'
    ),
    urls.path(f'{_SERVER}/events', views.EventsView.as_view(), name='events'),
]
