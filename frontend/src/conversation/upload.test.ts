import { beforeEach, expect, test, vi } from "vitest";
import { upload } from "./upload";

vi.mock("../session", () => ({ accessToken: () => Promise.resolve("a token") }));

/** What has been sent and not been answered. */
let waiting: Request[];

class Request {
  upload = {};
  status = 0;
  responseText = "";
  onload = (): void => undefined;
  onabort = (): void => undefined;
  onloadend = (): void => undefined;
  name = "";
  open = (_: string, address: string): void => void (this.name = address.split("name=")[1]!);
  setRequestHeader = (): void => undefined;
  send = (): void => void waiting.push(this);
  abort = (): void => (this.onabort(), this.onloadend());
  answer(status: number): void {
    Object.assign(this, { status, responseText: JSON.stringify({ id: this.name, code: status * 100 }) });
    waiting.splice(waiting.indexOf(this), 1);
    this.onload();
    this.onloadend();
  }
}

beforeEach(() => {
  waiting = [];
  vi.stubGlobal("XMLHttpRequest", Request);
});

const start = (name: string, signal = new AbortController().signal) => upload(new File(["x"], name), { signal, onprogress: () => undefined });

test("files are uploaded one after the other, whatever becomes of each", async () => {
  const giving = new AbortController();
  const [a, b, c] = [start("a"), start("b", giving.signal), start("c")];
  await vi.waitFor(() => expect(waiting.map(({ name }) => name)).toEqual(["a"]));
  waiting[0]!.answer(422);
  await expect(a).rejects.toMatchObject({ code: 42200 });
  await vi.waitFor(() => expect(waiting.map(({ name }) => name)).toEqual(["b"]));
  waiting = [];
  giving.abort();
  await expect(b).rejects.toMatchObject({ name: "AbortError" });
  await vi.waitFor(() => expect(waiting.map(({ name }) => name)).toEqual(["c"]));
  waiting[0]!.answer(201);
  await expect(c).resolves.toMatchObject({ id: "c" });
});
