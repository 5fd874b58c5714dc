import type { TimeSpan } from '../../shared/uptime/uptimeHistory.ts';

/**
 * Whole numbers, from 0 on, that SQLite put together by `group_concat`. To read a hundred thousand numbers like this takes
 * a third of the time that as many rows take, and next to no memory.
 */
export function numbersOf(list: string | null): number[] {
  const numbers: number[] = [];
  if (!list) return numbers;
  let number = 0;
  for (let place = 0; place < list.length; place += 1) {
    const code = list.charCodeAt(place);
    if (code === 44) {
      numbers.push(number);
      number = 0;
    } else number = number * 10 + code - 48;
  }
  numbers.push(number);
  return numbers;
}

/** @param numbers beginning and end of each, in turn */
export const spansOf = (numbers: readonly number[]): TimeSpan[] =>
  Array.from({ length: numbers.length / 2 }, (_, n) => ({ from: numbers[2 * n] ?? 0, to: numbers[2 * n + 1] ?? 0 }));
