export type SerialNumberProblem = 'empty' | 'format' | 'invalidFormat';

/** @param format a regular expression that the whole number has to match; empty for any number */
export function serialNumberProblem(text: string, format: string): SerialNumberProblem | null {
  const number = text.trim();
  if (number === '') return 'empty';
  if (format === '') return null;
  const pattern = patternOf(format);
  if (pattern === null) return 'invalidFormat';
  return pattern.test(number) ? null : 'format';
}

function patternOf(format: string): RegExp | null {
  try {
    return new RegExp(`^(?:${format})$`, 'u');
  } catch {
    return null;
  }
}
