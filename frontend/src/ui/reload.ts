/** The page loads itself anew. The user does not leave it: what would end with it goes on in the next. */

let ours = false;

export const reloading = (): boolean => ours;

export function reload(): void {
  ours = true;
  location.reload();
}
