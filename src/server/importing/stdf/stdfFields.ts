import { ImportError } from '../importedRecord.ts';
import type { StdfRecord } from './stdfStream.ts';

/**
 * Reads the fields of a record in their order. A record may end before any optional field; the fields after its end have
 * no value. A record that ends within a field is damaged.
 */
export class StdfFields {
  readonly #record: StdfRecord;
  #at = 0;

  constructor(record: StdfRecord) {
    this.#record = record;
  }

  #next(length: number): Buffer | null {
    const { body } = this.#record;
    if (this.#at >= body.length && length > 0) return null;
    const end = this.#at + length;
    if (end > body.length) throw new ImportError(`The record ends within a field.`);
    const bytes = body.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #number(length: number, read: (view: DataView, isLittleEndian: boolean) => number): number | null {
    const bytes = this.#next(length);
    if (bytes === null) return null;
    return read(new DataView(bytes.buffer, bytes.byteOffset, length), this.#record.isLittleEndian);
  }

  u1 = (): number | null => this.#number(1, (view) => view.getUint8(0));
  i1 = (): number | null => this.#number(1, (view) => view.getInt8(0));
  u2 = (): number | null => this.#number(2, (view, isLittleEndian) => view.getUint16(0, isLittleEndian));
  i2 = (): number | null => this.#number(2, (view, isLittleEndian) => view.getInt16(0, isLittleEndian));
  u4 = (): number | null => this.#number(4, (view, isLittleEndian) => view.getUint32(0, isLittleEndian));

  /** A number with single precision, as the shortest decimal that means it. */
  r4 = (): number | null => this.#number(4, (view, isLittleEndian) => shortest(view.getFloat32(0, isLittleEndian)));

  c1(): string {
    return textOf(this.#next(1) ?? Buffer.alloc(0));
  }

  /** A text with its length before it. */
  cn(): string {
    return textOf(this.#next(this.u1() ?? 0) ?? Buffer.alloc(0));
  }

  skipBits(): void {
    this.#next(Math.ceil((this.u2() ?? 0) / 8));
  }

  skip(length: number): void {
    this.#next(length);
  }

  list<T>(count: number, read: () => T | null): T[] {
    return Array.from({ length: count }, () => {
      const item = read();
      if (item === null) throw new ImportError('The record ends within a list.');
      return item;
    });
  }

  nibbles(count: number): number[] {
    const bytes = this.#next(Math.ceil(count / 2)) ?? Buffer.alloc(0);
    if (bytes.length * 2 < count) throw new ImportError('The record ends within a list.');
    return Array.from({ length: count }, (_, index) => {
      const byte = bytes[index >> 1] ?? 0;
      return index % 2 === 0 ? byte & 15 : byte >> 4;
    });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** Texts are ASCII by the standard. Testers write units such as µA in UTF-8 or in the Western encoding of Windows. */
function textOf(bytes: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = western.decode(bytes);
  }
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

function shortest(single: number): number {
  if (!Number.isFinite(single)) return single;
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(single.toPrecision(digits));
    if (Math.fround(decimal) === single) return decimal;
  }
  return Number(single.toPrecision(9));
}

/** @throws ImportError if a field without which a record means nothing has no value */
export function required<T>(value: T | null, field: string): T {
  if (value !== null) return value;
  throw new ImportError(`The record ends before its ${field}.`);
}
