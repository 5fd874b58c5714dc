import fc from 'fast-check';
import type { Cell, CellType, Row } from '../../../src/shared/export/table.ts';

const nastyTexts = [
  ...['', ' ', '"', '""', ',', ';', '\r', '\n', '\r\n', '\t', "'", '\u0000', '\u0007', '\u2028', '\uFEFF', '\u202E'],
  ...['=1+1', '+1', '-1', '@SUM(A1)', "'=1", "''=1", ' =cmd|x', '\t=1', '%1', '|x', '#N/A', 'NaN', 'null', 'true'],
  ...['<script>alert(1)</script>', ']]>', '&amp;', '&#0;', 'Ω µ ≤ °C', 'ünï', '測定', '👩‍🔧', '\u{10FFFF}'],
];

export const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...nastyTexts), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 4 })
  .map((parts) => parts.join('').toWellFormed());

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0.1, 1e-300, 1.7976931348623157e308, 3.3000000000000003, -1, 9007199254740991),
);

const cells: Record<CellType, fc.Arbitrary<Cell>> = {
  text: nastyText,
  // JSON and CSV write -0 as 0.
  number: numbers.map((value) => value + 0),
  integer: fc.maxSafeInteger().map((value) => value + 0),
  boolean: fc.boolean(),
  time: fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
};

/** Tables with columns of all types and rows that come in batches. */
export const randomTable = fc
  .array(fc.constantFrom<CellType>('text', 'text', 'number', 'integer', 'boolean', 'time'), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((types) =>
    fc.record({
      columns: fc.constant(types.map((type, index) => ({ name: `${type}_${index}`, type }))),
      batches: fc.array(
        fc.array(
          fc.tuple(...types.map((type) => fc.option(cells[type], { freq: 4 }))).map((row): Row => row),
          {
            maxLength: 6,
          },
        ),
        { maxLength: 4 },
      ),
    }),
  );
