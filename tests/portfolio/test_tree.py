"""The organisation tree: nodes are added, renamed, moved without loops, and removed when empty."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Revision, undo
from releasemgr.directory.tree import NotEmpty, WouldLoop, remove_node, revise_nodes
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.portfolio.tree import Tree
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

TREE = "/o/acme/portfolio/"


@pytest.fixture
def cards(bank):
    return Portfolio.objects.create(name="Cards", parent=bank)


@pytest.fixture
def debit(cards):
    return Portfolio.objects.create(name="Debit", parent=cards)


def move(node, parent, *, by):
    return revise_nodes([Revision(node, node.version, {"parent": parent})], by=by, at=JUNE_1, verb="moved")


def test_a_node_moves_with_all_below_it(bank, cards, debit, rita):
    markets = Portfolio.objects.create(name="Markets")

    move(cards, markets, by=rita)

    tree = Tree.load()
    assert tree.name_of(debit.pk) == "Markets › Cards › Debit"
    assert tree.below(bank.pk) == {bank.pk}
    assert tree.below(markets.pk) == {markets.pk, cards.pk, debit.pk}


def test_a_node_cannot_move_below_itself(bank, cards, debit, rita):
    with pytest.raises(WouldLoop):
        move(bank, debit, by=rita)

    bank.refresh_from_db()
    assert bank.parent_id is None


def test_two_nodes_cannot_be_put_under_each_other_in_one_act(bank, rita):
    markets = Portfolio.objects.create(name="Markets")
    swap = [
        Revision(bank, bank.version, {"parent": markets}),
        Revision(markets, markets.version, {"parent": bank}),
    ]

    with pytest.raises(WouldLoop):
        revise_nodes(swap, by=rita, at=JUNE_1)


def test_an_undone_move_goes_through_the_same_rule(bank, cards, debit, rita):
    act = move(debit, None, by=rita).act_id
    bank.refresh_from_db()
    move(cards, Portfolio.objects.get(pk=debit.pk), by=rita)

    with pytest.raises(WouldLoop):
        undo(act, by=rita, at=JUNE_1)


def test_only_an_empty_node_can_be_removed(bank, cards, rita):
    project = Project.objects.create(key="cards", name="Cards", portfolio=cards)

    for node in (bank, cards):
        with pytest.raises(NotEmpty):
            remove_node(node, by=rita, at=JUNE_1)
    Project.objects.filter(pk=project.pk).delete()
    remove_node(cards, by=rita, at=JUNE_1)

    assert list(Portfolio.objects.values_list("name", flat=True)) == ["Retail bank"]
    entry = Entry.objects.get(verb="removed")
    assert (entry.subject_label, entry.changes) == ("Cards", {"name": ["Cards", None]})


def test_the_page_shows_nodes_in_each_other_with_projects_counted(client, acme, vic):
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        cards = Portfolio.objects.create(name="Cards", parent=bank)
        for key in ("a", "b"):
            Project.objects.create(key=key, name=key, portfolio=cards)
    client.force_login(vic)

    response = client.get(TREE)

    (root,) = response.context["tree"].roots
    assert (root.node, root.projects_below) == (bank, 2)
    assert [child.node for child in root.children] == [cards]
    assert b"Add node" not in response.content


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tree_costs_the_same_for_any_number_of_nodes(client, acme, vic, rows, django_assert_num_queries):
    with org_scope(acme):
        parent = None
        for n in range(rows):
            parent = Portfolio.objects.create(name=f"Level {n}", parent=parent)
    client.force_login(vic)

    with django_assert_num_queries(9):  # session, user, member, scope (4), nodes, projects
        response = client.get(TREE)

    assert response.content.count(b'<li id="node-') == rows


def test_the_form_offers_no_place_below_and_refuses_a_forged_one(client, acme, rita):
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        cards = Portfolio.objects.create(name="Cards", parent=bank)
    client.force_login(rita)
    url = f"{TREE}nodes/{bank.pk}/edit/"

    shown = client.get(url).context["form"].fields["parent"].widget.choices
    forged = client.post(url, {"name": "Retail bank", "parent": str(cards.pk), "version": 1})

    assert [label for _pk, label in shown] == ["Top of the organisation"]
    assert forged.status_code == 422
    assert forged.context["form"].errors == {"parent": ["A node cannot be moved below itself."]}


def test_two_nodes_of_one_name_cannot_stand_side_by_side(client, acme, rita):
    with org_scope(acme):
        Portfolio.objects.create(name="Retail bank")
    client.force_login(rita)

    response = client.post(f"{TREE}nodes/new/", {"name": "Retail bank", "parent": ""})

    assert response.status_code == 422
    assert "taken already" in str(response.context["form"].errors)


def test_removal_from_the_page_says_what_is_in_the_way(client, acme, rita):
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        Project.objects.create(key="a", name="A", portfolio=bank)
    client.force_login(rita)

    response = client.post(f"{TREE}nodes/{bank.pk}/removal/", follow=True)

    assert response.redirect_chain == [(f"{TREE}nodes/{bank.pk}/edit/", 302)]
    assert b"projects still belong to it" in response.content


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_loop(acme, rita):
    with org_scope(acme):
        first = Portfolio.objects.create(name="First")
        second = Portfolio.objects.create(name="Second")
    start, answers = threading.Barrier(2), []

    def put(node, parent):
        start.wait()
        try:
            with org_scope(acme):
                revise_nodes([Revision(node, 1, {"parent": parent})], by=rita, at=timezone.now())
            answers.append("moved")
        except WouldLoop:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["moved", "refused"]
    with org_scope(acme):
        assert len(Tree.load().roots) == 1
