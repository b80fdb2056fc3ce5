# SPDX-License-Identifier: Apache-2.0
"""Address of the page for administrators; its data are at the other's."""

from django import urls

from ext_dashboard.audit import views

urlpatterns = [
    urls.path('', views.IndexView.as_view(shows_all=True), name='index'),
]
