import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // Without "browser" Svelte resolves to its server half, which has no $state.
  resolve: { conditions: ["browser"] },
  test: {
    ...{ environment: "jsdom", include: ["src/**/*.test.ts"], restoreMocks: true, unstubGlobals: true },
    // On a busy machine of two cores; nobody waits for it but what hangs.
    ...{ testTimeout: 120_000, hookTimeout: 120_000 },
  },
});
