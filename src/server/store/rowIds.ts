/**
 * Phases, measurements and logs are many, and they are kept under small whole numbers: their indexes grow at one end only,
 * which makes pushing several times faster than random ids. On the wire each is a UUID made of kind and number.
 */
const kinds = { phase: '00000001', measurement: '00000002', log: '00000003' } as const;
type Kind = keyof typeof kinds;

const middle = '-0000-8000-8000-';

export const rowId = (kind: Kind, key: number): string => kinds[kind] + middle + key.toString(16).padStart(12, '0');

/** @returns null for an id that no row of this kind can have */
export function rowKey(kind: Kind, id: string): number | null {
  const start = kinds[kind] + middle;
  return id.toLowerCase().startsWith(start) ? parseInt(id.slice(start.length), 16) : null;
}
