import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/build/",
  plugins: [svelte()],
  build: {
    outDir: "../static/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // What every supported browser does by itself; the polyfill would be an inline script under our CSP.
    modulePreload: { polyfill: false },
    rollupOptions: { input: "src/main.ts" },
  },
});
