import type { EngineEvent, EngineLine, EnginePhaseOutcome } from '../contract/engine.ts';

export interface SeenAttempt {
  readonly key: string;
  readonly attempt: number;
  readonly outcome: EnginePhaseOutcome | null;
  readonly error: string | null;
}

export interface Observation {
  readonly protocolVersion: string | null;
  readonly planned: readonly { readonly key: string; readonly name: string }[] | null;
  readonly attempts: readonly SeenAttempt[];
  readonly skipped: ReadonlyMap<string, string>;
  readonly plugError: string | null;
  readonly crash: string | null;
  readonly finished: { readonly outcome: string; readonly exitCode: number } | null;
  /** Why the stream cannot be believed: a broken or missing line, or one that contradicts an earlier one. */
  readonly broken: string | null;
  readonly nextSeq: number;
}

export const nothingSeen: Observation = {
  protocolVersion: null,
  planned: null,
  attempts: [],
  skipped: new Map(),
  plugError: null,
  crash: null,
  finished: null,
  broken: null,
  nextSeq: 0,
};

export function observe(seen: Observation, line: EngineLine): Observation {
  if (line.kind === 'other') return seen;
  if (line.kind === 'broken') return withReason(seen, line.reason);
  let now = seen;
  if (seen.finished !== null) now = withReason(now, 'something was reported after the end');
  if (line.seq !== seen.nextSeq) now = withReason(now, `report ${seen.nextSeq} is missing`);
  now = { ...now, nextSeq: line.seq + 1 };
  return line.event === undefined ? now : withEvent(now, line.event);
}

function withEvent(seen: Observation, event: EngineEvent): Observation {
  switch (event.type) {
    case 'run_started':
      return seen.protocolVersion === null
        ? { ...seen, protocolVersion: event.protocol_version }
        : withReason(seen, 'the run started twice');
    case 'plan':
      return seen.planned === null ? { ...seen, planned: event.phases } : withReason(seen, 'there are two plans');
    case 'plug_status':
      return event.status === 'error' ? { ...seen, plugError: event.plug_name ?? event.plug_key } : seen;
    case 'phase_started':
      return withStart(seen, event);
    case 'phase_finished':
      return withEnd(seen, event);
    case 'phase_skipped':
      return { ...seen, skipped: new Map(seen.skipped).set(event.phase_key, event.reason ?? '') };
    case 'identify_timeout':
      return { ...seen, crash: seen.crash ?? 'The unit was not identified in time.' };
    case 'run_crashed':
      return { ...seen, crash: seen.crash ?? (event.stderr_tail.trim() || 'The program crashed.') };
    case 'run_finished':
      return { ...seen, finished: { outcome: event.outcome, exitCode: event.exit_code } };
    default:
      return seen;
  }
}

function withStart(seen: Observation, event: EngineEvent & { type: 'phase_started' }): Observation {
  const { phase_key: key, attempt } = event;
  const before = lastAttempt(seen, key);
  const started = { ...seen, attempts: [...seen.attempts, { key, attempt, outcome: null, error: null }] };
  if (before?.outcome === null) return withReason(started, `${key} started again before it ended`);
  if (attempt !== (before?.attempt ?? 0) + 1) return withReason(started, `attempts of ${key} are missing`);
  return started;
}

function withEnd(seen: Observation, event: EngineEvent & { type: 'phase_finished' }): Observation {
  const { phase_key: key, attempt, outcome, error } = event;
  const at = seen.attempts.findLastIndex((each) => each.key === key);
  const before = seen.attempts[at];
  const ended = { key, attempt, outcome, error: error ?? null };
  if (before?.outcome !== null || before.attempt !== attempt) {
    return withReason({ ...seen, attempts: [...seen.attempts, ended] }, `${key} ended without having started`);
  }
  return { ...seen, attempts: seen.attempts.with(at, ended) };
}

export const lastAttempt = ({ attempts }: Observation, key: string): SeenAttempt | undefined =>
  attempts.findLast((each) => each.key === key);

const withReason = (seen: Observation, reason: string): Observation => ({ ...seen, broken: seen.broken ?? reason });
