import type { InstantState } from '../contract/uptime.ts';

/** From when to when; milliseconds since 1970. The end does not belong to it. */
export interface TimeSpan {
  from: number;
  to: number;
}

export type PauseSpan = TimeSpan & { kind: 'maintenance' | 'paused' };

/** A station came or went. */
export interface Transition {
  at: number;
  isUp: boolean;
}

/** What is known of a station, in order: all that the arithmetic of uptime takes. See `historyOf`. */
export interface History {
  /** Each a `markOf`. They alternate between came and went. */
  readonly marks: readonly number[];
  /** When somebody watched; they neither overlap nor touch. */
  readonly observed: readonly TimeSpan[];
  readonly pauses: readonly PauseSpan[];
  /** Later is nothing. */
  readonly now: number;
}

/** A transition in one number, so that a year of them stays small. They sort by time; of two at one time, up holds. */
export const markOf = ({ at, isUp }: Transition): number => 2 * at + (isUp ? 1 : 0);
export const timeOf = (mark: number): number => Math.floor(mark / 2);
const isUpMark = (mark: number): boolean => mark % 2 === 1;

/** @param marks in any order, repeated or not @param observers, pauses in any order, overlapping or not, backwards or not */
export const historyOf = (known: {
  marks: readonly number[];
  observers: readonly TimeSpan[];
  pauses: readonly PauseSpan[];
  now: number;
}): History => ({
  marks: alternating(known.marks),
  observed: union(known.observers),
  pauses: flattened(known.pauses),
  now: known.now,
});

/** What is left of marks when those are gone that say nothing new. @returns the same array when none are */
export function alternating(marks: readonly number[]): readonly number[] {
  if (marks.every((mark, n) => n === 0 || isNext(mark, marks[n - 1] ?? NaN))) return marks;
  const kept: number[] = [];
  for (const mark of marks.toSorted((a, b) => a - b)) {
    // Of two at one time the later holds.
    if (timeOf(kept.at(-1) ?? NaN) === timeOf(mark)) kept.pop();
    const last = kept.at(-1);
    if (last === undefined || isUpMark(last) !== isUpMark(mark)) kept.push(mark);
  }
  return kept;
}

const isNext = (mark: number, before: number): boolean =>
  timeOf(before) < timeOf(mark) && isUpMark(before) !== isUpMark(mark);

/** The same time as spans that neither overlap nor touch, in order. */
export function union<S extends TimeSpan>(spans: readonly S[]): S[] {
  const united: S[] = [];
  for (const span of spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else united.push({ ...span });
  }
  return united;
}

/** Where both kinds overlap it is maintenance: the more definite of the two. */
export function flattened(pauses: readonly PauseSpan[]): PauseSpan[] {
  const maintenance = union(pauses.filter(({ kind }) => kind === 'maintenance'));
  const paused = union(pauses.filter(({ kind }) => kind === 'paused'));
  return [...maintenance, ...paused.flatMap((span) => without(span, maintenance))].sort((a, b) => a.from - b.from);
}

/** What is left of a span. @param holes in order, apart from each other */
function without(span: PauseSpan, holes: readonly TimeSpan[]): PauseSpan[] {
  const rest: PauseSpan[] = [];
  let from = span.from;
  for (const hole of holes) {
    if (hole.to <= from || hole.from >= span.to) continue;
    if (hole.from > from) rest.push({ ...span, from, to: hole.from });
    from = hole.to;
  }
  return from < span.to ? [...rest, { ...span, from }] : rest;
}

/** @param mark place of the last transition before; -1 before the first one */
type Visit = (state: InstantState, from: number, to: number, mark: number) => void;

/**
 * Goes through a time from one change to the next, without gaps. At each instant the first of these that is true holds:
 *
 * 1. `none`: before the station's first transition, or after now;
 * 2. `maintenance`, then `paused`;
 * 3. `unknown`: nobody watched;
 * 4. `up` or `down`, by the last transition.
 */
export function walk({ marks, observed, pauses, now }: History, from: number, to: number, visit: Visit): void {
  const end = Math.min(to, now);
  const isFirstUp = isUpMark(marks[0] ?? 0);
  let next = placeAfter(marks, (mark) => timeOf(mark) > from);
  let watch = placeAfter(observed, (span) => span.to > from);
  let rest = placeAfter(pauses, (span) => span.to > from);
  for (let at = from; at < end;) {
    const watching = observed[watch];
    const pause = pauses[rest];
    const edge = Math.min(end, edgeAfter(watching, at), edgeAfter(pause, at));
    let hidden: InstantState | null = watching && at >= watching.from ? null : 'unknown';
    if (pause && at >= pause.from) hidden = pause.kind;
    // Nothing but transitions up to the edge: of them there are by far the most.
    while (at < edge) {
      const until = Math.min(edge, timeOf(marks[next] ?? Infinity));
      // They alternate.
      const isUp = isFirstUp === (next % 2 === 1);
      visit(next === 0 ? 'none' : (hidden ?? (isUp ? 'up' : 'down')), at, until, next - 1);
      at = until;
      if (at >= timeOf(marks[next] ?? Infinity)) next += 1;
    }
    if (watching && at >= watching.to) watch += 1;
    if (pause && at >= pause.to) rest += 1;
  }
  const beyond = Math.max(from, end);
  if (beyond < to) visit('none', beyond, to, -1);
}

/** When a span next begins or ends. */
const edgeAfter = (span: TimeSpan | undefined, at: number): number =>
  span === undefined ? Infinity : at < span.from ? span.from : span.to;

/** The place of the first that is `after`; all behind it are too. */
function placeAfter<T>(list: readonly T[], after: (item: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && after(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
