/** Replaces NUL, which PostgreSQL stores neither in texts nor escaped in JSON. */
export function withoutNul(value: string): string {
  const text = value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  if (!/^[[{"]/.test(text) || !text.includes('\\u0000')) return text;
  return text.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\uFFFD');
}
