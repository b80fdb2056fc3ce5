# SPDX-License-Identifier: Apache-2.0
"""Addresses of the page and of what its script asks for."""

from django import urls

from ext_dashboard.tasks import views

urlpatterns = [
    urls.path('', views.IndexView.as_view(), name='index'),
    urls.path('tasks', views.TasksView.as_view(), name='tasks'),
]
