/** Formats a percentage such as `99.82%`, as the language does; 0% and 100% have no decimals. */
export const formatPercent = (percent: number, language?: string): string =>
  (percent / 100).toLocaleString(language, {
    style: 'percent',
    minimumFractionDigits: Number.isInteger(percent / 100) ? 0 : 2,
    maximumFractionDigits: 2,
  });

export const formatWholePercent = (percent: number, language?: string): string =>
  (percent / 100).toLocaleString(language, { style: 'percent' });
