/** Makes Excel read a file as UTF-8, which it needs for units such as Ω. Other readers skip it. */
export const byteOrderMark = '\uFEFF';

export const csvText = (rows: readonly (readonly unknown[])[]): string => byteOrderMark + rows.map(csvLine).join('');

export const csvLine = (row: readonly unknown[]): string => `${row.map(field).join(',')}\r\n`;

/**
 * Spreadsheets read text with these beginnings as a formula: https://owasp.org/www-community/attacks/CSV_Injection. Some
 * ignore control characters in front of it, and some read full-width characters as ASCII. The apostrophe is unambiguous,
 * because text that already has one before such a beginning gets another.
 */
const formula = /^'*(?:[\s\p{Cc}]*[=+\-@|%＝＋－＠｜％]|[\0\t\r\n])/u;

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
