const pattern = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d?):(\d\d)$/;

/** Reads `2026-11-25 14:05` as local time. @returns milliseconds since 1970; undefined for other text */
export function parseLocalTime(text: string): number | undefined {
  const [year, month, day, hour, minute] = (pattern.exec(text.trim()) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined)
    return undefined;
  const date = new Date(year, month - 1, day, hour, minute);
  const isReal = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60;
  return isReal ? date.getTime() : undefined;
}

export function formatLocalTime(time: number): string {
  const date = new Date(time);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
