"""The shape of a conversation: what lies below a message, and which leaf to show. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Node(NamedTuple):
    """A message without what it says."""

    id: UUID
    parent: UUID | None
    deleted: datetime | None = None
    running: bool = False


class Tree:
    """Ids are UUIDv7: the greatest is the newest."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self._children: dict[UUID | None, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            self._children[node.parent].append(node)

    def below(self, top: UUID | None) -> list[Node]:
        """The node `top` and all below it, deleted ones too; all there are for None."""
        found = [self.nodes[top]] if top else list(self._children[None])
        for node in found:  # grows while it is walked
            found += self._children[node.id]
        return found

    def newest_leaf(self, top: UUID | None) -> UUID | None:
        """Of the leaves below `top`, maybe that node itself; None when nothing is left."""
        there = [node for node in self.below(top) if node.deleted is None]
        inner = {node.parent for node in there}
        return max((node.id for node in there if node.id not in inner), default=None)

    def marked(self, nodes: Iterable[Node], deleted: datetime | None) -> "Tree":
        """The same with these nodes deleted at that instant, or not at all."""
        ids = {node.id for node in nodes}
        return Tree(node._replace(deleted=deleted) if node.id in ids else node for node in self.nodes.values())

    def branch(self, leaf: UUID | None, most: int) -> list[UUID]:
        """The last `most` ids of the branch that ends in `leaf`, from there upwards."""
        found: list[UUID] = []
        while leaf in self.nodes and len(found) < most:
            found.append(leaf)
            leaf = self.nodes[leaf].parent
        return found
