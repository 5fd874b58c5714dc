import { randomUUID } from 'node:crypto';

const perMilli = 16;

/**
 * Generates a UUID of version 8 (RFC 9562) that begins with 32 bits of the time in sixteenths of a millisecond; the
 * rest is random. Rows that are created one after the other are then neighbors in every index, so that a push changes
 * few pages of a big database. The first 8 characters still differ between ids.
 */
export function timedId(): string {
  const time = Math.floor((performance.timeOrigin + performance.now()) * perMilli) % 2 ** 32;
  const random = randomUUID();
  return `${time.toString(16).padStart(8, '0')}${random.slice(8, 14)}8${random.slice(15)}`;
}

/**
 * Phases, measurements and logs have small whole numbers as keys: their indexes then grow at one end only, which makes
 * pushing several times faster than random ids. The API shows each key as a UUID of version 8 (RFC 9562), made of the
 * kind, the position (28 bits) and the key (48 bits).
 */
const kinds = { phase: '00000001', measurement: '00000002', log: '00000003' } as const;
type Kind = keyof typeof kinds;

export interface RowKey {
  key: number;
  /** The position of a measurement within its phase, whose key it has; 0 for the others. */
  position: number;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export function rowId(kind: Kind, key: number, position = 0): string {
  const digits = hex(position, 7);
  return `${kinds[kind]}-${digits.slice(0, 4)}-8${digits.slice(4)}-8000-${hex(key, 12)}`;
}

export function rowKey(kind: Kind, id: string): RowKey | null {
  const parts = /^(.{8})-(.{4})-8(.{3})-8000-(.{12})$/.exec(id.toLowerCase());
  if (parts?.[1] !== kinds[kind]) return null;
  const [, , high = '', low = '', key = ''] = parts;
  return { key: parseInt(key, 16), position: parseInt(high + low, 16) };
}
