/** Returns the key that TofuPilot makes from a name: in lowercase, without accents, other characters as `_`. */
export const keyFromName = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_');
