import { describe, expect, test } from "vitest";
import { branch, leaf, type Node, turns } from "./tree";

/** "b<a" is message b below a; "a" a root. Created in the order given, all in the same second. */
const tree = (...edges: string[]) =>
  new Map<string, Node>(
    edges.map((edge) => {
      const [convId, parentConvId = null] = edge.split("<") as [string, string?];
      return [convId, { convId, parentConvId, created: "2026-01-01T00:00:00Z" }];
    }),
  );
const ids = (nodes: Node[]) => nodes.map((node) => node.convId).join("");

describe("branch", () => {
  test("is the path from the root to the leaf", () => expect(ids(branch(tree("a", "b<a", "c<b", "d<a"), "c"))).toBe("abc"));
  test("is empty for a leaf that is not there", () => expect(branch(tree("a"), "x")).toEqual([]));
  test("is empty without a leaf", () => expect(branch(tree("a"), null)).toEqual([]));
  test("begins at a message whose parent is missing", () => expect(ids(branch(tree("b<a", "c<b"), "c"))).toBe("bc"));
  test("ends even when the parents form a ring", () => expect(ids(branch(tree("a<b", "b<a"), "a"))).toBe("ba"));
});

describe("leaf", () => {
  test("is the end of the newest branch", () => expect(leaf(tree("a", "b<a", "c<a", "d<b"))?.convId).toBe("c"));
  test("below a message stays below it", () => {
    const nodes = tree("a", "b<a", "c<a", "d<b");
    expect(leaf(nodes, nodes.get("b")!)?.convId).toBe("d");
  });
  test("of an empty tree is nothing", () => expect(leaf(tree())).toBeNull());
});

test("turns begin with a question", () => {
  const items = ["a1", "u2", "a3", "a4", "u5"].map((key) => ({ key, role: key.startsWith("u") ? "user" : "assistant" }));
  expect(turns(items).map((turn) => turn.items.map((item) => item.key).join(""))).toEqual(["a1", "u2a3a4", "u5"]);
});
