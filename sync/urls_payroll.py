"""Addresses of payroll files."""

from __future__ import annotations

from django.urls import path

from sync.pages import payroll

app_name = "payroll"
urlpatterns = [
    path("", payroll.files, name="files"),
    path("template.csv", payroll.template, name="template"),
    path("<int:file_id>/", payroll.file, name="file"),
    path("<int:file_id>/take/", payroll.take, name="take"),
    path("<int:file_id>/undo/", payroll.undo, name="undo"),
    path("<int:file_id>/discard/", payroll.discard, name="discard"),
]
