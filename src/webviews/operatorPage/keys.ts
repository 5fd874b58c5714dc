const name = 'testStations.key';

/**
 * The viewer's key, which is needed to act. It is stored for this tab only and survives a reload. The key is not in
 * the address, and the page's policy admits no foreign scripts that could read it.
 */
export const keys = {
  get: (): string | null => sessionStorage.getItem(name),
  save: (key: string): void => sessionStorage.setItem(name, key),
  remove: (): void => sessionStorage.removeItem(name),
};
