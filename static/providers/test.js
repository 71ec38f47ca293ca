// Shows the trial's answer while it is being written. Without this file the form answers with the whole page.
"use strict";

const form = document.querySelector("form[data-test]");
if (form) {
  const button = form.querySelector("button");
  const label = button.textContent;
  const box = form.querySelector(".answer");
  const part = (name) => box.querySelector(`.${name}`);
  let running = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) running.abort();
    else run();
  });

  async function run() {
    running = new AbortController();
    button.textContent = form.dataset.stop;
    for (const name of ["text", "summary", "problem"]) part(name).textContent = "";
    part("problem").hidden = true;
    box.hidden = false;
    box.ariaBusy = "true"; // read out when it is whole, not in crumbs
    try {
      await read(running.signal);
    } catch {
      if (!running.signal.aborted) problem(form.dataset.lost);
    }
    running = null;
    box.ariaBusy = "false";
    button.textContent = label;
  }

  async function read(signal) {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "text/event-stream" },
      signal,
    });
    if (!(response.headers.get("content-type") ?? "").startsWith("text/event-stream")) return form.submit();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = "";
    let ended = false;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const blocks = (pending + next.value).split("\n\n");
      pending = blocks.pop();
      for (const block of blocks) ended = show(block) || ended;
    }
    if (!ended) problem(form.dataset.lost);
  }

  // One event; true if it was the last.
  function show(block) {
    const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    if (!name) return false;
    const { text, reasoning } = JSON.parse(data);
    if (name === "part") append(text, reasoning);
    else if (name === "problem") problem(text);
    else part("summary").textContent = text;
    return name !== "part";
  }

  function append(text, reasoning) {
    const piece = document.createElement("span");
    piece.textContent = text;
    if (reasoning) piece.className = "reasoning";
    part("text").append(piece);
  }

  function problem(text) {
    part("problem").textContent = text;
    part("problem").hidden = false;
  }
}
