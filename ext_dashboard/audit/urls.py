# SPDX-License-Identifier: Apache-2.0
"""Addresses of the page and of what its script asks for."""

from django import urls

from ext_dashboard.audit import views

urlpatterns = [
    urls.path('', views.IndexView.as_view(), name='index'),
    urls.path('actions', views.ActionsView.as_view(), name='actions'),
    urls.path('events', views.EventsView.as_view(), name='events'),
]
