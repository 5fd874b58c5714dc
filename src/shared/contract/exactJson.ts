/** Features of the engine that TypeScript's `lib` lacks (proposal "JSON.parse source text access"). */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): boolean;
  }
}

/** An integer beyond 2^53 from JSON, which a `number` would round. `JSON.stringify` writes all its digits. */
export class ExactInteger {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.digits);
  }

  toString(): string {
    return this.digits;
  }
}

export type ExactNumber = number | ExactInteger;

const longInteger = /(?:^|[[:,\s])-?\d{16,}(?=[\]},\s]|$)/;

/** Parses JSON; an integer that a `number` would round becomes an `ExactInteger`. @throws SyntaxError */
export function parseExactly(text: string): unknown {
  // Parsing with a reviver takes several times as long, and hardly any text needs it.
  return longInteger.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
}

function exactly(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? new ExactInteger(source) : value;
}

export function comparable(value: unknown): number | bigint | null {
  if (typeof value === 'number') return value;
  return value instanceof ExactInteger ? BigInt(value.digits) : null;
}
