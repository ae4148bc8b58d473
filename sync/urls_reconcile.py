"""Addresses of Reconcile."""

from __future__ import annotations

from django.urls import path

from sync.pages import reconcile

app_name = "reconcile"
urlpatterns = [path("", reconcile.index, name="index")]
