"""Members: invited by a link, given roles within the administrator's own, removed at once; never without an owner."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from releasemgr.accounts.models import Invitation, Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.activity.models import Entry
from releasemgr.administration.members import change_role, remove_member
from releasemgr.administration.refusals import LastOwner
from releasemgr.changes.revisions import Revision
from releasemgr.tenancy.scope import org_scope
from tests.conftest import member

pytestmark = pytest.mark.django_db

MEMBERS = "/o/acme/settings/members/"
INVITE = "/o/acme/settings/invitations/"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def adam(acme):
    return member(acme, Role.ADMIN, "Adam")


def membership(user, org):
    return Membership.objects.get(user=user, org=org)


def invited(client, email="nina@new.example", role="viewer", name="Nina"):
    """Send the form and return the path of the link that is shown."""
    response = client.post(INVITE, {"email": email, "role": role, "name": name})
    return re.search(r'value="http://[^/]+(/invitations/[^"]+)"', response.content.decode()).group(1)


def entries(acme, noun):
    with org_scope(acme):
        return list(Entry.objects.filter(noun=noun).order_by("pk").values_list("actor_name", "verb"))


def test_nina_joins_by_the_link_with_a_password_of_her_own(client, acme, adam):
    client.force_login(adam)
    link = invited(client)
    client.logout()

    assert b"You are invited as nina@new.example, Viewer." in client.get(link).content
    joined = client.post(link, {"name": "Nina", "password": PASSWORD})

    assert joined.url == "/o/acme/"
    nina = User.objects.get(email="nina@new.example")
    assert nina.check_password(PASSWORD)
    assert membership(nina, acme).role == Role.VIEWER
    assert client.get("/o/acme/portfolio/").status_code == 200
    assert client.get(link).status_code == 404
    assert entries(acme, "invitation") == [("Adam", "invited")]
    assert entries(acme, "membership") == [("Nina", "joined")]


@pytest.mark.parametrize("password", ["short", "password1234", "nina@new.example", ""])
def test_a_weak_password_is_refused_at_its_field(client, acme, adam, password):
    client.force_login(adam)
    link = invited(client)
    client.logout()

    response = client.post(link, {"name": "Nina", "password": password})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["password"]
    assert not User.objects.filter(email="nina@new.example").exists()


def test_an_existing_account_joins_only_by_its_own_sign_in(client, acme, globex, adam, mallory, vic):
    client.force_login(adam)
    link = invited(client, email=mallory.email)

    assert not Membership.objects.filter(user=mallory, org=acme).exists()
    client.logout()
    assert client.get(link).url == f"/accounts/login/?next={link}"
    client.force_login(vic)
    assert client.post(link).status_code == 422
    client.force_login(mallory)
    assert client.post(link).url == "/o/acme/"

    assert membership(mallory, acme).role == Role.VIEWER
    assert client.get("/o/acme/portfolio/").status_code == 200


def test_a_link_kept_by_its_maker_is_worthless_once_used_replaced_withdrawn_or_old(client, acme, adam):
    client.force_login(adam)
    first = invited(client)
    second = invited(client)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200

    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(second).status_code == 404

    third = invited(client)
    client.post(f"{INVITE}{Invitation.objects.get().pk}/withdrawal/")
    assert client.get(third).status_code == 404
    assert client.get("/invitations/%00/").status_code == 404


def test_an_invitation_falls_with_the_right_of_who_made_it(client, acme, adam, olga):
    client.force_login(adam)
    link = invited(client, role="admin")

    Membership.objects.filter(user=adam).update(role=Role.VIEWER)

    assert client.get(link).status_code == 404


def test_only_the_hash_of_a_link_is_kept(client, acme, adam):
    client.force_login(adam)
    token = invited(client).split("/")[2]

    kept = Invitation.objects.get().token_hash
    assert len(token) >= 43
    assert token not in kept
    assert len(kept) == 64


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "nina@new.example", "role": "owner"}, "role"),
        ({"email": "nina@new.example", "role": "king"}, "role"),
        ({"email": "not an address", "role": "viewer"}, "email"),
        ({"email": "VIC@acme.example", "role": "viewer"}, "email"),
    ],
)
def test_what_an_administrator_may_not_ask_is_refused_at_its_field(client, acme, adam, vic, sent, field):
    client.force_login(adam)

    response = client.post(INVITE, sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_an_owner_may_make_owners_and_an_administrator_may_not_touch_one(client, acme, adam, olga, vic):
    of_vic, of_olga = membership(vic, acme), membership(olga, acme)
    client.force_login(adam)
    assert client.post(f"{MEMBERS}{of_vic.pk}/edit/", {"role": "owner", "version": 1}).status_code == 422
    assert client.post(f"{MEMBERS}{of_olga.pk}/edit/", {"role": "viewer", "version": 1}).status_code == 422
    client.post(f"{MEMBERS}{of_olga.pk}/removal/")
    assert client.post(f"{MEMBERS}{of_vic.pk}/edit/", {"role": "admin", "version": 1}).status_code == 302
    client.force_login(olga)
    assert client.post(f"{MEMBERS}{of_vic.pk}/edit/", {"role": "owner", "version": 2}).status_code == 302

    assert membership(vic, acme).role == Role.OWNER
    assert membership(olga, acme).role == Role.OWNER
    assert entries(acme, "membership") == [("Adam", "changed"), ("Olga", "changed")]


def test_two_administrators_at_one_role_see_both_values(client, acme, adam, olga, vic):
    of_vic = membership(vic, acme)
    client.force_login(olga)
    client.post(f"{MEMBERS}{of_vic.pk}/edit/", {"role": "admin", "version": 1})
    client.force_login(adam)

    late = client.post(f"{MEMBERS}{of_vic.pk}/edit/", {"role": "project_lead", "version": 1})

    assert late.status_code == 409
    assert late.context["form"].conflict["fields"] == [
        {"label": "Role", "name": "role", "mine": "Project lead", "theirs": "Administrator"}
    ]


def test_the_last_owner_stays(client, acme, olga):
    of_olga = membership(olga, acme)
    member(acme, Role.OWNER, "Closed").__class__.objects.filter(name="Closed").update(is_active=False)
    client.force_login(olga)

    demoted = client.post(f"{MEMBERS}{of_olga.pk}/edit/", {"role": "admin", "version": 1})
    removed = client.post(f"{MEMBERS}{of_olga.pk}/removal/", follow=True)

    assert demoted.status_code == 422
    assert b"left without an owner" in removed.content
    assert membership(olga, acme).role == Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one(acme, olga):
    otto = member(acme, Role.OWNER, "Otto")
    start, answers = threading.Barrier(2), []

    def leave(user, act):
        start.wait()
        try:
            with org_scope(acme):
                act(membership(user, acme), user)
            answers.append("left")
        except LastOwner:
            answers.append("stays")
        finally:
            connection.close()

    def remove(mine, user):
        remove_member(mine, actor=mine, by=user, at=timezone.now())

    def demote(mine, user):
        change_role(Revision(mine, 1, {"role": Role.VIEWER}), actor=mine, by=user, at=timezone.now())

    threads = [threading.Thread(target=leave, args=pair) for pair in ((olga, remove), (otto, demote))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["left", "stays"]
    assert Membership.objects.filter(org=acme, role=Role.OWNER).count() == 1


def test_a_member_removed_mid_session_finds_nothing_any_more(client, acme, olga, vic, django_user_model):
    client.force_login(vic)
    assert client.get("/o/acme/portfolio/").status_code == 200
    with org_scope(acme):
        remove_member(membership(vic, acme), actor=membership(olga, acme), by=olga, at=timezone.now())

    assert client.get("/o/acme/portfolio/").status_code == 404
    assert client.post("/o/acme/preferences/").status_code == 404


def test_a_member_of_another_organisation_is_not_found(client, acme, adam, mallory, globex):
    client.force_login(adam)
    theirs = membership(mallory, globex)

    for page in ("edit/", "removal/", "password-link/"):
        assert client.post(f"{MEMBERS}{theirs.pk}/{page}").status_code == 404


def test_a_password_link_works_once_and_needs_no_mail(client, acme, adam, vic):
    client.force_login(adam)
    shown = client.post(f"{MEMBERS}{membership(vic, acme).pk}/password-link/").content.decode()
    link = re.search(r'value="http://[^/]+(/accounts/password/reset/key/[^"]+)"', shown).group(1)
    client.logout()

    form = client.get(link, follow=True)
    set_url = form.redirect_chain[-1][0]
    done = client.post(set_url, {"password1": PASSWORD, "password2": PASSWORD})

    assert done.status_code == 302
    vic.refresh_from_db()
    assert vic.check_password(PASSWORD)
    client.logout()
    assert b"This link no longer works" in client.get(link, follow=True).content
    assert entries(acme, "membership") == [("Adam", "gave a password link")]


@pytest.mark.parametrize("who", ["an owner", "oneself", "a person of two organisations"])
def test_a_password_link_never_opens_more_than_the_administrators_own_organisation(
    client, acme, globex, adam, olga, vic, who
):
    Membership.objects.create(org=globex, user=vic, role=Role.OWNER)
    target = {"an owner": olga, "oneself": adam, "a person of two organisations": vic}[who]
    client.force_login(adam)

    response = client.post(f"{MEMBERS}{membership(target, acme).pk}/password-link/")

    assert response.status_code == 302
    assert entries(acme, "membership") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_members(
    client, acme, adam, rows, django_assert_num_queries
):
    for n in range(rows):
        member(acme, Role.VIEWER, f"Viewer{n}")
    client.force_login(adam)

    with django_assert_num_queries(9):  # session, user, member, scope (4), members, invitations
        response = client.get(MEMBERS)

    assert response.content.count(b'<tr id="membership-') == rows + 1
