/** axios: no parser and no reconnecting; in a page there is no stream either, only the progress of an XMLHttpRequest. */
import axios from "axios";
import { lines } from "./lines.js";
import { Refused, toTheEnd } from "./requests.js";

export const axiosProgress = (ask, reading) => toTheEnd(progress, ask, reading);
export const axiosStream = (ask, reading) => toTheEnd(stream, ask, reading);

/** The whole text so far is kept and handed over again, at most three times a second (axios throttles). */
async function progress({ body, ...request }, reading) {
  const feed = lines(reading.take);
  let read = 0;
  const more = (text) => {
    feed(text.slice(read));
    read = text.length;
  };
  const onDownloadProgress = ({ event }) => {
    if (event.target.status === 200) more(event.target.responseText);
  };
  try {
    const response = await axios({ ...request, data: body, signal: reading.signal, onDownloadProgress });
    more(response.data);
    return response.status !== 204;
  } catch (error) {
    if (error.response) throw new Refused(error.response.status, error.response.data.code, error.response.data.msg);
    throw error;
  }
}

/** In Node the response is a stream, also that of an error: its JSON has to be read first. */
async function stream({ body, ...request }, reading) {
  const options = { responseType: "stream", validateStatus: () => true, proxy: false, signal: reading.signal };
  const response = await axios({ ...request, ...options, data: body });
  const pieces = response.data.setEncoding("utf8");
  if (response.status >= 400) {
    const { code, msg } = JSON.parse((await pieces.toArray()).join(""));
    throw new Refused(response.status, code, msg);
  }
  const feed = lines(reading.take);
  for await (const piece of pieces) feed(piece);
  return response.status !== 204;
}
