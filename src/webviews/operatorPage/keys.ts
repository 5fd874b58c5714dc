const name = 'testStations.key';

/** Stored for this tab only; survives a reload. The page's policy admits no foreign scripts that could read the key. */
export const keys = {
  get: (): string | null => sessionStorage.getItem(name),
  save: (key: string): void => sessionStorage.setItem(name, key),
  remove: (): void => sessionStorage.removeItem(name),
};
