const name = 'testStations.key';

/**
 * The key that somebody pasted, so that they may answer. It is kept for this tab: it outlives a reload, not the tab, is
 * not in the address, and only scripts of this server can read it, because the page's policy lets no other in.
 */
export const keys = {
  get: (): string | null => sessionStorage.getItem(name),
  put: (key: string): void => sessionStorage.setItem(name, key),
  drop: (): void => sessionStorage.removeItem(name),
};
