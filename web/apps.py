"""The pages as a Django app; it only calls the steps of ``dossiers`` and never decides who may do what."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
    default_auto_field = "django.db.models.BigAutoField"
