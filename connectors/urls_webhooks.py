from django.urls import path

from connectors import webhook_views

app_name = "webhooks"
urlpatterns = [
    path("procore/", webhook_views.take_procore_event, name="procore"),
    path("qbo/", webhook_views.take_qbo_events, name="qbo"),
]
