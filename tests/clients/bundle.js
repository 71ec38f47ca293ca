/** page.js and what it imports as one script, to stdout. */
import { buildSync } from "esbuild";

const entryPoints = [new URL("page.js", import.meta.url).pathname];
const { outputFiles } = buildSync({ entryPoints, bundle: true, format: "iife", write: false, logLevel: "warning" });
process.stdout.write(outputFiles[0].text);
