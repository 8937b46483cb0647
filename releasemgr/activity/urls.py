from django.urls import path

from releasemgr.activity.views import discussion, log

app_name = "activity"

urlpatterns = [
    path("", log.log, name="log"),
    path("export/", log.log_export, name="log-export"),
    path("history/<slug:noun>/<uuid:pk>/", discussion.history, name="history"),
    path("history/<slug:noun>/<uuid:pk>/comments/", discussion.comment_create, name="comment-create"),
    path("history/<slug:noun>/<uuid:pk>/files/", discussion.file_create, name="file-create"),
    path("comments/<uuid:pk>/withdrawal/", discussion.comment_withdrawal, name="comment-withdrawal"),
    path("files/<uuid:pk>/", discussion.file_content, name="file-content"),
    path("files/<uuid:pk>/removal/", discussion.file_removal, name="file-removal"),
]
