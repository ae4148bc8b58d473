"""Addresses of the mapping pages. A row is named by its directory id, a link, run or pair by its own."""

from django.urls import path

from mapping.views import automapping, history, linking, pages, pushing, roles, unlinking

app_name = "mapping"
urlpatterns = [
    path("", pages.index, name="index"),
    path("undo/<int:change_id>/", history.undo, name="undo"),
    path("runs/<int:run_id>/undo/", automapping.undo_automap, name="undo_run"),
    path("runs/<int:run_id>/close/", automapping.close_review, name="close_run"),
    path("runs/<int:run_id>/reopen/", automapping.reopen_review, name="reopen_run"),
    path("pairs/<int:pair_id>/link/", automapping.link_pair, name="link_pair"),
    path("pairs/<int:pair_id>/reject/", automapping.reject_pair, name="reject_pair"),
    path("pairs/<int:pair_id>/allow/", automapping.allow_pair, name="allow_pair"),
    path("<slug:section_key>/", pages.section, name="section"),
    path("<slug:section_key>/refresh/", pages.refresh, name="refresh"),
    path("<slug:section_key>/automap/", automapping.run_automap, name="automap"),
    path("<slug:section_key>/link/<int:row_id>/", linking.link_row, name="link"),
    path("<slug:section_key>/open/<str:side>/<path:remote_id>/", linking.open_row, name="open"),
    path("<slug:section_key>/unlink/", unlinking.unlink_chosen, name="unlink_chosen"),
    path("<slug:section_key>/unlink/<int:link_id>/", linking.unlink_row, name="unlink"),
    path("<slug:section_key>/role/<int:link_id>/", roles.change, name="role"),
    path("<slug:section_key>/history/", history.history, name="history"),
    path("<slug:section_key>/push/<str:side>/", pushing.push, name="push"),
]
