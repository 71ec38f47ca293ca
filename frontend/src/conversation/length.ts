/** What the server takes in one message. */
const MOST = 200_000;

/** Characters too many, as the server counts them; there are never more of those than `length` says. */
export const excess = (text: string): number => (text.length > MOST ? [...text.trim()].length - MOST : 0);
