const blocks = '▁▂▃▄▅▆▇█';

export function sparkline(values: readonly number[], width = 12): string {
  const length = Math.min(width, values.length);
  if (length < 2) return '';
  const means = Array.from({ length }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / length),
      Math.floor(((index + 1) * values.length) / length),
    );
    return part.reduce((sum, value) => sum + value / part.length, 0);
  });
  const lowest = Math.min(...means);
  const range = Math.max(...means) - lowest;
  return means
    .map((mean) => (range > 0 ? Math.min(blocks.length - 1, Math.floor(((mean - lowest) / range) * blocks.length)) : 3))
    .map((height) => blocks.charAt(height))
    .join('');
}
