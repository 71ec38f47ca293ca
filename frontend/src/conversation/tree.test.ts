import { describe, expect, test } from "vitest";
import { branch, families, leaf, type Node, outline, subtree, turns } from "./tree";

/** "b<a" is message b below a; "a" a root. Ids rise with time. */
const nodes = (...edges: string[]): Node[] =>
  edges.map((edge) => {
    const [convId, parentConvId = null] = edge.split("<") as [string, string?];
    return { convId, parentConvId };
  });
const tree = (...edges: string[]) => new Map(nodes(...edges).map((node) => [node.convId, node]));
const ids = (all: readonly Node[]) => all.map(({ convId }) => convId).join("");

describe("branch", () => {
  test("is the path from the root to the leaf", () => expect(ids(branch(tree("a", "b<a", "c<b", "d<a"), "c"))).toBe("abc"));
  test("is empty for a leaf that is not there", () => expect(branch(tree("a"), "x")).toEqual([]));
  test("is empty without a leaf", () => expect(branch(tree("a"), null)).toEqual([]));
  test("begins at a message whose parent is missing", () => expect(ids(branch(tree("b<a", "c<b"), "c"))).toBe("bc"));
  test("ends even when the parents form a ring", () => expect(ids(branch(tree("a<b", "b<a"), "a"))).toBe("ba"));
});

describe("siblings", () => {
  test("stand by their parent, the oldest first, in whatever order they came", () => {
    const all = families(nodes("d<a", "a", "c<a", "b<a", "e<c"));
    expect([ids(all.get("a")!), ids(all.get(null)!), ids(all.get("c")!)]).toEqual(["bcd", "a", "e"]);
  });
  test("that the server has not named yet come last", () => {
    expect(families(nodes("local:0<a", "f<a")).get("a")!.map(({ convId }) => convId)).toEqual(["f", "local:0"]);
  });
});

describe("leaf", () => {
  test("is the end of the newest branch", () => expect(leaf(families(nodes("a", "b<a", "c<a", "d<b")), null)).toBe("c"));
  test("below a message stays below it", () => expect(leaf(families(nodes("a", "b<a", "c<a", "d<b")), "b")).toBe("d"));
  test("of an empty tree is nothing", () => expect(leaf(families([]), null)).toBeNull());
  test("is the message itself when nothing is below it", () => expect(leaf(families(nodes("a")), "a")).toBe("a"));
  test("lies where somebody was before, as far as that is still there", () => {
    const all = families(nodes("a", "b<a", "c<a", "d<b", "e<b"));
    expect(leaf(all, "a", new Map([["a", "b"], ["b", "d"]]))).toBe("d");
    expect(leaf(all, "a", new Map([["a", "gone"]]))).toBe("c");
  });
  test("is found even when the parents form a ring", () => expect(leaf(families(nodes("a<b", "b<a")), "a")).toBe("a"));
});

test("a subtree has the message and all below it, parents first", () => {
  const all = families(nodes("a", "b<a", "c<a", "d<b", "e<d", "f<c"));
  expect(subtree(all, "b").join("")).toBe("bde");
  expect(subtree(all, "f").join("")).toBe("f");
});

describe("outline", () => {
  const lines = (...edges: string[]) =>
    outline(families(nodes(...edges))).map(
      ({ node, depth, at, count, length }) => `${" ".repeat(depth)}${node.convId} ${at}/${count} ${length}`,
    );

  test("of what never branches is its first message", () => expect(lines("a", "b<a", "c<b")).toEqual(["a 1/1 3"]));
  test("of nothing is empty", () => expect(lines()).toEqual([]));
  test("shows side branches before the one that leads on", () =>
    expect(lines("a", "b<a", "c<a", "d<b", "e<d")).toEqual(["a 1/1 1", " c 2/2 1", "b 1/2 3"]));
  test("steps in where a side branch branches", () =>
    expect(lines("a", "b<a", "c<a", "d<c", "e<c", "f<b", "g<f", "h<g")).toEqual([
      "a 1/1 1", " c 2/2 1", "  d 1/2 1", " e 2/2 1", "b 1/2 4",
    ]));
  test("of equal branches lets the newest lead on", () => expect(lines("a", "b<a", "c<a")).toEqual(["a 1/1 1", " b 1/2 1", "c 2/2 1"]));
  test("shows several roots", () => expect(lines("a", "b", "c<a")).toEqual([" b 2/2 1", "a 1/2 2"]));
  test("stays flat where every answer was asked for again, however often", () => {
    const edges = ["m0000"];
    for (let at = 1; at < 3000; at += 1) edges.push(`m${pad(at)}<m${pad(at - 1)}`, `x${pad(at)}<m${pad(at - 1)}`);
    const rows = outline(families(nodes(...edges)));
    expect([rows.length, Math.max(...rows.map(({ depth }) => depth))]).toEqual([5999, 1]);
  });
  const pad = (at: number): string => String(at).padStart(4, "0");
});

test("turns begin with a question", () => {
  const items = ["a1", "u2", "a3", "a4", "u5"].map((key) => ({ key, role: key.startsWith("u") ? "user" : "assistant" }));
  expect(turns(items).map((turn) => turn.items.map((item) => item.key).join(""))).toEqual(["a1", "u2a3a4", "u5"]);
});
