from django.urls import path

from connectors import views

app_name = "connectors"
urlpatterns = [
    path("connect/<str:vendor>/", views.connect, name="connect"),
    path("callback/<str:vendor>/", views.callback, name="callback"),
    path("choose-company/", views.choose_company, name="choose_company"),
    path("disconnect/<int:connection_id>/", views.disconnect, name="disconnect"),
]
