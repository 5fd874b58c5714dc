import type { Report } from '../contract/report.ts';
import { limitsText, resultsOf } from '../run/results.ts';

const columns = ['phase', 'measurement', 'outcome', 'value', 'units', 'limits', 'attempt'] as const;

export function measurementsCsv({ phases }: Pick<Report, 'phases'>): string {
  const rows = phases.flatMap((phase) =>
    phase.measurements.flatMap((measurement) =>
      resultsOf(measurement).map(({ name, of, outcome, value, units, validators }) => [
        phase.name,
        of === null ? name : `${of} (${name})`,
        outcome,
        of === null && measurement.curve ? `${measurement.curve.points} points` : value,
        units,
        limitsText(validators),
        phase.retry_count + 1,
      ]),
    ),
  );
  return csvText([columns, ...rows]);
}

/** Writes rows by RFC 4180. The byte order mark makes Excel read UTF-8. */
export const csvText = (rows: readonly (readonly unknown[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')}`;

/** Spreadsheets read text with these beginnings as a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^\s*[=+\-@|%]|^[\t\r\n]/;

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
