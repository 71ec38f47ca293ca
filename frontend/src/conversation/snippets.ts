/** Code that follows one answer from somewhere else, ready to run but for the key. */

/** Stands where the reader's own API key belongs. */
export const PLACEHOLDER = "YOUR_API_KEY";

/** `address`: of the answer, GET /api/chat/{convId}, whole. */
export const curl = (address: string): string => `curl -N ${address} \\\n  -H "Authorization: Bearer ${PLACEHOLDER}"`;

/** The native one, which sends the cookie of its own site and nothing else. */
export const eventSource = (address: string): string => `\
const source = new EventSource("${address}");
source.onmessage = ({ data }) => {
  if (data === "[DONE]") source.close();
  else console.log(JSON.parse(data).choices[0].delta.content);
};`;

/** The package's one; it hands over empty messages for comments, and asks again in hidden tabs unless told not to. */
export const fetchEventSource = (address: string): string => `\
import { fetchEventSource } from "@microsoft/fetch-event-source";

await fetchEventSource("${address}", {
  headers: { Authorization: "Bearer ${PLACEHOLDER}" },
  openWhenHidden: true,
  onmessage({ data }) {
    if (data === "" || data === "[DONE]") return;
    console.log(JSON.parse(data).choices[0].delta.content);
  },
});`;
