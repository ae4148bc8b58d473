from django.apps import AppConfig


class StaffConfig(AppConfig):
    """What the operator of the installation works with: commands, and the admin."""

    name = "smoothx.staff"
    label = "staff"
