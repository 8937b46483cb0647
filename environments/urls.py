from django.urls import path

from environments.views import bookings, environments, requests, schedule, supply

app_name = "environments"

urlpatterns = [
    path("", environments.environment_list, name="environment-list"),
    path("new/", supply.environment_create, name="environment-create"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("bookings/", bookings.booking_list, name="booking-list"),
    path("bookings/new/", requests.booking_create, name="booking-create"),
    path("bookings/new/check/", requests.booking_check, name="booking-check"),
    path("bookings/new/phases/", requests.booking_phases, name="booking-phases"),
    path("bookings/approvals/", bookings.booking_approvals, name="booking-approvals"),
    path("bookings/export/", bookings.booking_export, name="booking-export"),
    path("bookings/<int:number>/", bookings.booking_detail, name="booking-detail"),
    path("bookings/<int:number>/approval/", bookings.booking_approval, name="booking-approval"),
    path("bookings/<int:number>/rejection/", bookings.booking_rejection, name="booking-rejection"),
    path("bookings/<int:number>/cancellation/", bookings.booking_cancellation, name="booking-cancellation"),
    path("bookings/<int:number>/restoration/", bookings.booking_restoration, name="booking-restoration"),
    path("bookings/<int:number>/move/", requests.booking_move, name="booking-move"),
    path("bookings/<int:number>/use/", bookings.booking_use, name="booking-use"),
    path("bookings/<int:number>/end-of-use/", bookings.booking_end_of_use, name="booking-end-of-use"),
    path("bookings/<int:number>/undo/", bookings.booking_undo, name="booking-undo"),
    path("outages/<uuid:pk>/", supply.outage_detail, name="outage-detail"),
    path("outages/<uuid:pk>/edit/", supply.outage_edit, name="outage-edit"),
    path("outages/<uuid:pk>/end/", supply.outage_end, name="outage-end"),
    path("outages/<uuid:pk>/withdrawal/", supply.outage_withdrawal, name="outage-withdrawal"),
    path("<str:key>/", environments.environment_detail, name="environment-detail"),
    path("<str:key>/edit/", supply.environment_edit, name="environment-edit"),
    path("<str:key>/capacity/", supply.capacity_create, name="capacity-create"),
    path("<str:key>/capacity/<uuid:pk>/", supply.capacity_edit, name="capacity-edit"),
    path("<str:key>/outages/", supply.outage_create, name="outage-create"),
]
