/** eventsource-parser 1.x and 4.x on a fetch: they parse, coming back is left to us. */
import { createParser } from "eventsource-parser-1";
import { EventSourceParserStream } from "eventsource-parser-4/stream";
import { opened, toTheEnd } from "./requests.js";

const text = async ({ url, ...request }, reading) => {
  const response = await opened(fetch(url, { ...request, signal: reading.signal }));
  return response && response.body.pipeThrough(new TextDecoderStream());
};

/** 1.x calls one function for everything: what is no event is the `retry:`. */
export const parser1 = (ask, reading) => toTheEnd(connect1, ask, reading);

async function connect1(request, reading) {
  const stream = await text(request, reading);
  if (!stream) return false;
  const parser = createParser((parsed) => {
    if (parsed.type === "event") reading.take(parsed);
  });
  for await (const piece of stream) parser.feed(piece);
  return true;
}

/** 4.x as a TransformStream. */
export const parser4 = (ask, reading) => toTheEnd(connect4, ask, reading);

async function connect4(request, reading) {
  const stream = await text(request, reading);
  if (!stream) return false;
  for await (const event of stream.pipeThrough(new EventSourceParserStream())) reading.take(event);
  return true;
}
