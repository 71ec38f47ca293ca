/** fetch, getReader and TextDecoderStream, which puts letters together again that chunks have cut in two. */
import { lines } from "./lines.js";
import { opened, toTheEnd } from "./requests.js";

export const plain = (ask, reading) => toTheEnd(connect, ask, reading);

async function connect({ url, ...request }, reading) {
  const response = await opened(fetch(url, { ...request, signal: reading.signal }));
  if (!response) return false;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const feed = lines(reading.take);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    feed(value);
  }
}
