import { language } from './element.ts';

const digits = 5;

/** Formats a statistic, such as a mean, with up to five significant digits. */
export function figure(value: number, units: string | null = null): string {
  const size = Math.abs(value);
  const isPlain = value === 0 || (size >= 1e-4 && size < 1e7);
  const text = value.toLocaleString(language(), {
    maximumSignificantDigits: digits,
    notation: isPlain ? 'standard' : 'scientific',
  });
  return units ? `${text} ${units}` : text;
}

export const countText = (count: number): string => count.toLocaleString(language());

/** Formats a share as a percentage with a decimal, rounded down so that one failure never reads 100 %. */
export const shareText = (share: number, round: (value: number) => number = Math.floor): string =>
  (round(share * 1000 + (round === Math.floor ? 1e-9 : -1e-9)) / 1000).toLocaleString(language(), {
    style: 'percent',
    maximumFractionDigits: 1,
  });
