"""What watches the processes asks here. None of it says anything about a company but its number."""

from __future__ import annotations

from django.urls import path

from smoothx.watching import views

app_name = "watching"
urlpatterns = [
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
    path("metrics/", views.metrics, name="metrics"),
]
