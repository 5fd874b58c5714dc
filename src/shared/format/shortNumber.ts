/** Units that take an SI prefix. Others, such as `deg/s` or `dB`, are written without one. */
const prefixable = new Set(['V', 'A', 'W', 'Hz', 's', 'F', 'H', 'Ω', 'ohm', 'Ohm', 'J', 'N', 'Pa', 'm', 'C', 'T', 'S']);
const prefixes: Readonly<Record<number, string>> = {
  [-12]: 'p',
  [-9]: 'n',
  [-6]: 'µ',
  [-3]: 'm',
  6: 'M',
  9: 'G',
  12: 'T',
};

const plainFrom = 1e-3;
const plainBelow = 1e6;

/** Shortens to `28.5 µV` or `2.85e-5 deg/s`, with the same digits. A value with limits gets no prefix. */
export function shortNumber(
  text: string,
  units: string | null,
  hasLimits: boolean,
): { readonly text: string; readonly units: string | null } {
  const value = Number(text);
  const size = Math.abs(value);
  const plain = { text, units };
  if (!Number.isFinite(value) || size === 0 || (size >= plainFrom && size < plainBelow)) return plain;
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Math.floor(Number(exponent) / 3) * 3;
  const prefix = prefixes[power];
  if (!hasLimits && units !== null && prefixable.has(units) && prefix !== undefined) {
    return { text: String(Number(`${digits}e${Number(exponent) - power}`)), units: `${prefix}${units}` };
  }
  const short = `${digits}e${Number(exponent)}`;
  return short.length < text.length ? { text: short, units } : plain;
}
