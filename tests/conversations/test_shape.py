"""The pure tree: what lies below, the newest leaf of what is there, the end of a branch."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chatsite.conversations.tree import Node, Tree

GONE = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Nodes 1, 2, 3 …, each below one before it or at the root; what is below a deleted one is deleted."""
    nodes: list[Node] = []
    for number in range(1, draw(st.integers(1, 25))):
        above = draw(st.none() | st.sampled_from(nodes)) if nodes else None
        gone = draw(st.booleans()) or bool(above and above.deleted)
        nodes.append(Node(UUID(int=number), above and above.id, GONE if gone else None))
    return Tree(nodes)


def ancestors(tree: Tree, node: Node) -> list[UUID]:
    return [node.id, *(ancestors(tree, tree.nodes[node.parent]) if node.parent else [])]


@given(trees())
def test_below_is_everything_that_has_it_above(tree: Tree) -> None:
    for top in tree.nodes:
        wanted = {node.id for node in tree.nodes.values() if top in ancestors(tree, node)}
        below = [node.id for node in tree.below(top)]
        assert (set(below), len(below)) == (wanted, len(wanted))
    assert {node.id for node in tree.below(None)} == set(tree.nodes)


@given(trees())
def test_the_newest_leaf_has_nothing_below_it_that_is_there(tree: Tree) -> None:
    there = [node for node in tree.nodes.values() if not node.deleted]
    for top in [None, *tree.nodes]:
        below = [node.id for node in there if top is None or top in ancestors(tree, node)]
        leaves = [key for key in below if not any(node.parent == key for node in there)]
        assert tree.newest_leaf(top) == max(leaves, default=None)


@given(trees(), st.integers(0, 30))
def test_a_branch_is_followed_upwards_as_far_as_asked(tree: Tree, most: int) -> None:
    for node in tree.nodes.values():
        assert tree.branch(node.id, most) == ancestors(tree, node)[:most]
    assert tree.branch(None, most) == tree.branch(UUID(int=99), most) == []


@given(trees(), st.data())
def test_marking_changes_these_and_no_others(tree: Tree, data: st.DataObject) -> None:
    nodes = list(tree.nodes.values())
    some = data.draw(st.lists(st.sampled_from(nodes), unique=True)) if nodes else []
    for deleted in (GONE, None):
        marked = tree.marked(some, deleted)
        assert [node.deleted for node in marked.nodes.values()] == [
            deleted if node in some else node.deleted for node in nodes
        ]
