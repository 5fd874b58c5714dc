import type { InstantState } from '../contract/uptime.ts';

export interface TimeSpan {
  from: number;
  to: number;
}

export type PauseSpan = TimeSpan & { kind: 'maintenance' | 'paused' };

export interface Transition {
  at: number;
  isUp: boolean;
}

export interface History {
  readonly marks: readonly number[];
  readonly observed: readonly TimeSpan[];
  readonly pauses: readonly PauseSpan[];
  readonly now: number;
}

/**
 * Packs a transition into one number, `2 * at + isUp`. Objects would take several times the memory for the millions of
 * transitions of a year. Marks sort by time; of two at the same time, up comes last and holds.
 */
export const markOf = ({ at, isUp }: Transition): number => 2 * at + (isUp ? 1 : 0);
export const timeOf = (mark: number): number => Math.floor(mark / 2);
const isUpMark = (mark: number): boolean => mark % 2 === 1;

export function normalizeMarks(marks: readonly number[]): readonly number[] {
  if (marks.every((mark, n) => n === 0 || isNext(mark, marks[n - 1] ?? NaN))) return marks;
  const kept: number[] = [];
  for (const mark of marks.toSorted((a, b) => a - b)) {
    // The later of two marks at the same time holds.
    if (timeOf(kept.at(-1) ?? NaN) === timeOf(mark)) kept.pop();
    const last = kept.at(-1);
    if (last === undefined || isUpMark(last) !== isUpMark(mark)) kept.push(mark);
  }
  return kept;
}

const isNext = (mark: number, before: number): boolean =>
  timeOf(before) < timeOf(mark) && isUpMark(before) !== isUpMark(mark);

export function mergeSpans<S extends TimeSpan>(spans: readonly S[]): S[] {
  const united: S[] = [];
  for (const span of spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else united.push({ ...span });
  }
  return united;
}

/** Merges pauses by kind. Where both kinds overlap, maintenance wins, because it is more specific. */
export function mergePauses(pauses: readonly PauseSpan[]): PauseSpan[] {
  const maintenance = mergeSpans(pauses.filter(({ kind }) => kind === 'maintenance'));
  const paused = mergeSpans(pauses.filter(({ kind }) => kind === 'paused'));
  return [...maintenance, ...paused.flatMap((span) => without(span, maintenance))].sort((a, b) => a.from - b.from);
}

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

/** @param mark the index of the last transition; -1 before the first one */
type Visit = (state: InstantState, from: number, to: number, mark: number) => void;

/**
 * Visits a time from one change to the next without gaps. At each instant, the first of these states that applies holds:
 *
 * 1. `none`: before the station's first transition, or after now;
 * 2. `maintenance`, then `paused`;
 * 3. `unknown`: the time was not observed;
 * 4. `up` or `down`, by the last transition.
 */
export function visitStates({ marks, observed, pauses, now }: History, from: number, to: number, visit: Visit): void {
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
    // Only transitions occur before the edge. This loop is separate because they are by far the most frequent change.
    while (at < edge) {
      const until = Math.min(edge, timeOf(marks[next] ?? Infinity));
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

const edgeAfter = (span: TimeSpan | undefined, at: number): number =>
  span === undefined ? Infinity : at < span.from ? span.from : span.to;

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
