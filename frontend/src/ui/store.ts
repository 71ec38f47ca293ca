/** Small things kept in the browser. Storage may be full, or forbidden: then nothing is kept, and nothing breaks. */

function kept(storage: () => Storage) {
  return {
    get(key: string): string | null {
      try {
        return storage().getItem(key);
      } catch {
        return null;
      }
    },
    set(key: string, value: string | null): void {
      try {
        if (value === null || value === "") storage().removeItem(key);
        else storage().setItem(key, value);
      } catch {
        // Nothing is kept.
      }
    },
    /** The values whose keys begin so. */
    startingWith(beginning: string): string[] {
      try {
        const keys = Object.keys(storage()).filter((key) => key.startsWith(beginning));
        return keys.map((key) => storage().getItem(key)!);
      } catch {
        return [];
      }
    },
    clear(): void {
      try {
        storage().clear();
      } catch {
        // Nothing was kept.
      }
    },
  };
}

/** For this browser: choices of appearance and model. */
export const forBrowser = kept(() => localStorage);
/** For this tab: drafts, which survive a reload and signing in again. */
export const forTab = kept(() => sessionStorage);
