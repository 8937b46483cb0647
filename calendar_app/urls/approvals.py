"""Decisions: the go / no-go of gates, boards, groups, absences, and what awaits a person."""

from django.urls import path

from calendar_app.approvals.boards import raise_item, remove_item
from calendar_app.views import approvals, boards, decisions

urlpatterns = [
    path("decisions/", decisions.decision_list, name="decision-list"),
    path("decisions/count/", decisions.decision_count, name="decision-count"),
    path("decisions/reading/", decisions.notice_reading, name="notice-reading"),
    path("gates/<uuid:pk>/approval/", approvals.gate_approval, name="gate-approval"),
    path("gates/<uuid:pk>/vote/", approvals.gate_vote, name="gate-vote"),
    path("gates/<uuid:pk>/vote-withdrawal/", approvals.gate_vote_withdrawal, name="gate-vote-withdrawal"),
    path("gates/<uuid:pk>/delegation/", approvals.gate_delegation, name="gate-delegation"),
    path("gates/<uuid:pk>/approval-rules/new/", approvals.rule_create, name="rule-create"),
    path("approval-rules/<uuid:pk>/edit/", approvals.rule_edit, name="rule-edit"),
    path("approval-rules/<uuid:pk>/removal/", approvals.rule_removal, name="rule-removal"),
    path("approval-groups/", decisions.group_list, name="group-list"),
    path("approval-groups/new/", decisions.group_create, name="group-create"),
    path("approval-groups/<uuid:pk>/edit/", decisions.group_edit, name="group-edit"),
    path("approval-groups/<uuid:pk>/removal/", decisions.group_removal, name="group-removal"),
    path("absences/", decisions.absence_list, name="absence-list"),
    path("people/<uuid:pk>/absences/new/", decisions.absence_create, name="absence-create"),
    path("absences/<uuid:pk>/edit/", decisions.absence_edit, name="absence-edit"),
    path("absences/<uuid:pk>/removal/", decisions.absence_removal, name="absence-removal"),
    path("boards/", boards.board_list, name="board-list"),
    path("boards/new/", boards.board_create, name="board-create"),
    path("boards/<uuid:pk>/", boards.board_detail, name="board-detail"),
    path("boards/<uuid:pk>/edit/", boards.board_edit, name="board-edit"),
    path("boards/<uuid:pk>/opening/", boards.board_opening, name="board-opening"),
    path("boards/<uuid:pk>/closing/", boards.board_closing, name="board-closing"),
    path("boards/<uuid:pk>/agenda/", boards.board_agenda, name="board-agenda"),
    path("board-items/<uuid:pk>/note/", boards.item_note, name="board-item-note"),
    path("board-items/<uuid:pk>/rise/", boards.item_step, {"verb": raise_item}, name="board-item-rise"),
    path(
        "board-items/<uuid:pk>/removal/", boards.item_step, {"verb": remove_item}, name="board-item-removal"
    ),
]
