import { parseDuration } from '../format/duration.ts';

interface Span {
  started_at: string;
  ended_at: string;
}

export interface Timeline {
  length: number;
  ticks: number[];
  bars: { start: number; width: number }[];
}

export function timelineOf(run: Span, phases: readonly Span[]): Timeline {
  const starts = [run, ...phases].map(({ started_at }) => Date.parse(started_at));
  const ends = [run, ...phases].map(({ ended_at }) => Date.parse(ended_at));
  const start = starts.reduce((a, b) => Math.min(a, b));
  const length = Math.max(1, ends.reduce((a, b) => Math.max(a, b)) - start);
  return {
    length,
    ticks: ticksOf(length),
    bars: phases.map(({ started_at, ended_at }) => ({
      start: (Date.parse(started_at) - start) / length,
      width: Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) / length,
    })),
  };
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 6, 12, 24].map((n) => n * hour),
];

function ticksOf(length: number): number[] {
  const step = steps.find((each) => length / each < 6) ?? 24 * hour * Math.ceil(length / (6 * 24 * hour));
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
}

export function formatMillis(millis: number): string {
  if (millis === 0) return '0 s';
  if (Math.round(millis) < second) return `${Math.round(millis)} ms`;
  const seconds = Number((millis / second).toFixed(millis < 10 * second ? 2 : 1));
  if (seconds < 60) return `${seconds} s`;
  const [large, small, unit] = millis < hour ? [minute, second, ['min', 's']] : [hour, minute, ['h', 'min']];
  // 59.96 s would be shown as 60 s.
  const shown = Math.max(millis, minute);
  const whole = Math.floor(shown / large);
  const rest = Math.floor((shown - whole * large) / small);
  return rest === 0 ? `${whole} ${unit[0]}` : `${whole} ${unit[0]} ${rest} ${unit[1]}`;
}

export const formatIsoDuration = (duration: string): string => {
  const millis = parseDuration(duration);
  return millis === null ? duration : formatMillis(millis);
};
