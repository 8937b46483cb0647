"""Settings of the organisation and its members; for administrators."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.models import Invitation
from releasemgr.accounts.roles import Permission, may_grant
from releasemgr.administration.forms import InvitationForm, OrganisationForm, RoleForm
from releasemgr.administration.invitations import invite, withdraw_invitation
from releasemgr.administration.members import change_role, members_of, password_key, remove_member
from releasemgr.administration.organisation import save_organisation
from releasemgr.changes.pages import form_page, posted
from releasemgr.htmx import go_to
from releasemgr.tenancy.templatetags.mount import global_url

LIST, LINK = "administration/members/list.html", "administration/members/link.html"
ADMIN = {"GET": Permission.ADMINISTER, "POST": Permission.ADMINISTER}


@allow(**ADMIN)
def organisation(request):
    """Name, time zone and currency."""
    form = OrganisationForm(posted(request), instance=request.org)
    return form_page(
        request,
        form,
        "administration/organisation.html",
        {},
        said=_("The settings were saved."),
        to="settings:organisation",
        verb=save_organisation,
    )


@allow(GET=Permission.ADMINISTER)
def member_list(request):
    """Who belongs to the organisation, and who is invited."""
    return render(request, LIST, _listed(request, InvitationForm(actor=request.membership)))


@allow(POST=Permission.ADMINISTER)
def invitation_create(request):
    """Invite somebody, or invite again; the answer shows the link, once."""
    form = InvitationForm(request.POST, actor=request.membership)
    if form.is_valid():
        try:
            invitation, token = invite(
                **form.cleaned_data, actor=request.membership, by=request.user, at=now()
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            path = global_url("invitation", token)
            return render(request, LINK, {"link": request.build_absolute_uri(path), "invitation": invitation})
    return render(request, LIST, _listed(request, form), status=422)


@allow(POST=Permission.ADMINISTER)
def invitation_withdrawal(request, pk):
    """Make an invitation's link worthless."""
    invitation = get_object_or_404(Invitation, org=request.org, pk=pk)
    withdraw_invitation(invitation, by=request.user, at=now())
    messages.success(request, _("The invitation was withdrawn."))
    return go_to(request, "settings:member-list")


@allow(**ADMIN)
def member_edit(request, pk):
    """Give a member another role."""
    member = _member(request, pk)
    form = RoleForm(posted(request), instance=member, actor=request.membership)
    return form_page(
        request,
        form,
        "administration/members/form.html",
        {"member": member, "may_change": may_grant(request.membership.role, member.role)},
        said=_("The role was changed."),
        to="settings:member-list",
        verb=lambda form, **by_at: change_role(form.revision(), actor=request.membership, **by_at),
    )


@allow(POST=Permission.ADMINISTER)
def member_removal(request, pk):
    """End a membership."""
    try:
        remove_member(_member(request, pk), actor=request.membership, by=request.user, at=now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return go_to(request, "settings:member-edit", pk)
    messages.success(request, _("The member was removed."))
    return go_to(request, "settings:member-list")


@allow(POST=Permission.ADMINISTER)
def member_password_link(request, pk):
    """A link by which a member who cannot get in sets a new password; shown once."""
    member = _member(request, pk)
    try:
        uid, key = password_key(member, actor=request.membership, by=request.user, at=now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return go_to(request, "settings:member-edit", pk)
    path = global_url("account_reset_password_from_key", uidb36=uid, key=key)
    return render(request, LINK, {"link": request.build_absolute_uri(path), "member": member})


def _member(request, pk):
    return get_object_or_404(members_of(request.org), pk=pk)


def _listed(request, form):
    at = now()
    return {
        "form": form,
        "members": members_of(request.org),
        "invitations": Invitation.objects.filter(org=request.org)
        .select_related("invited_by")
        .order_by("email"),
        "at": at,
    }
