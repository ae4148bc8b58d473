from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "smoothx.pages"
    label = "pages"
