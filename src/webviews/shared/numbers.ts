import { language } from './element.ts';

const digits = 5;

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

const percentText = (thousandths: number): string =>
  (thousandths / 1000).toLocaleString(language(), { style: 'percent', maximumFractionDigits: 1 });

/** Formats a share as a percentage with a decimal. Never rounds to 0 % or 100 % what is neither. */
export function shareText(share: number): string {
  const thousandths = Math.floor(share * 1000 + 1e-9);
  return thousandths === 0 && share > 0 ? `<${percentText(1)}` : percentText(thousandths);
}

export const shareBounds = ({ lower, upper }: { readonly lower: number; readonly upper: number }): [string, string] => [
  percentText(Math.floor(lower * 1000 + 1e-9)),
  percentText(Math.ceil(upper * 1000 - 1e-9)),
];
