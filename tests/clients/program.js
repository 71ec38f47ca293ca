/** The clients of a program: a line of JSON in, [method, …arguments] of the lab, and one out, {result} or {error}. */
import { createInterface } from "node:readline";
import { axiosStream } from "./adapters/axios.js";
import { plain } from "./adapters/fetch.js";
import { parser1, parser4 } from "./adapters/parsers.js";
import { rangermauveWithFetch } from "./adapters/rangermauve.js";
import { Lab } from "./lab.js";

const lab = new Lab({ axiosStream, parser1, parser4, plain, rangermauveWithFetch });

for await (const line of createInterface({ input: process.stdin })) {
  const [method, ...args] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: await lab[method](...args) }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
process.exit(); // a reading may still be open
