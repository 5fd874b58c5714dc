import type * as z from 'zod';
import type { Outcome, PhaseOutcome } from '../contract/common.ts';
import { logLevel } from '../contract/common.ts';
import type { EngineEvent } from '../contract/engine.ts';
import type { NewRunBody, V2Measurement } from '../contract/newRuns.ts';
import { batchNumber, partNumber, revisionNumber } from '../contract/numbers.ts';
import type { RunnerMeasurement } from '../contract/runner.ts';

export interface SeenPhase {
  readonly name: string;
  readonly attempt: number;
  readonly outcome: PhaseOutcome;
  readonly error: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly measurements: readonly RunnerMeasurement[];
}

interface SeenLog {
  readonly level: string;
  readonly time: number;
  readonly message: string;
  readonly place: { readonly file: string; readonly line: number } | null;
}

interface Times {
  readonly started_at?: string | null | undefined;
  readonly ended_at?: string | null | undefined;
}

/** So that a test that prints without end does not fill the memory. */
const maxLogs = 10_000;

/** No complete record: limits, curves and values of prompts are only in the engine's own, which a stopped run lacks. */
export class StreamRecord {
  readonly #now: () => number;
  readonly phases: SeenPhase[] = [];
  readonly logs: SeenLog[] = [];
  readonly #open = new Map<string, { startedAt: number; measurements: Map<string, RunnerMeasurement> }>();
  #unit: (EngineEvent & { type: 'identify_resolved' })['unit'] = {};
  readonly attachments: { name: string; path: string; mimetype: string }[] = [];
  #first: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get serialNumber(): string | null {
    return this.#unit.serial_number ?? null;
  }

  get first(): number | undefined {
    return this.#first;
  }

  get last(): number | undefined {
    return this.phases.length === 0 ? undefined : Math.max(...this.phases.map(({ endedAt }) => endedAt));
  }

  /** The engine reports the unit field by field. */
  identify(unit: (EngineEvent & { type: 'identify_resolved' })['unit']): void {
    const given = Object.fromEntries(Object.entries(unit).filter(([, value]) => value != null));
    this.#unit = { ...this.#unit, ...given };
  }

  start(key: string, startedAt: string | null): void {
    const started = millisOf(startedAt) ?? this.#now();
    this.#first ??= started;
    this.#open.set(key, { startedAt: started, measurements: new Map() });
  }

  measure(key: string, measurement: RunnerMeasurement): void {
    this.#open.get(key)?.measurements.set(measurement.name, measurement);
  }

  attach({ name, path, mimetype }: EngineEvent & { type: 'attachment_added' }): void {
    if (path == null) return;
    this.attachments.push({ name, path, mimetype: mimetype ?? 'application/octet-stream' });
  }

  log(level: string, message: string, place: SeenLog['place']): void {
    if (this.logs.length < maxLogs) this.logs.push({ level, message, place, time: this.#now() });
  }

  end(
    key: string,
    phase: Pick<SeenPhase, 'name' | 'attempt' | 'outcome' | 'error'>,
    times: Times,
    judge: (measurement: RunnerMeasurement) => RunnerMeasurement,
  ): SeenPhase {
    const open = this.#open.get(key);
    this.#open.delete(key);
    const startedAt = millisOf(times.started_at) ?? open?.startedAt ?? this.#now();
    const endedAt = Math.max(startedAt, millisOf(times.ended_at) ?? this.#now());
    const ended = { ...phase, startedAt, endedAt, measurements: [...(open?.measurements.values() ?? [])].map(judge) };
    this.phases.push(ended);
    return ended;
  }

  /** @returns null if the unit is unknown: no server takes such a run */
  body(procedureId: string, outcome: Outcome, reason: string | null): NewRunBody | null {
    const { serial_number, part_number, revision_number, batch_number } = this.#unit;
    if (serial_number == null || serial_number === '') return null;
    const started = this.#first ?? this.#now();
    const note = 'The TofuPilot program left no record: limits, curves and answers of prompts are missing.';
    const last = {
      level: 'WARNING',
      message: [reason, note].filter(Boolean).join(' '),
      place: null,
      time: this.#now(),
    };
    return {
      outcome,
      procedure_id: procedureId,
      started_at: isoOf(started),
      ended_at: isoOf(Math.max(started, this.last ?? this.#now())),
      serial_number,
      part_number: taken(partNumber, part_number),
      revision_number: taken(revisionNumber, revision_number),
      batch_number: taken(batchNumber, batch_number),
      phases: this.phases.map((phase) => ({
        name: phase.name,
        outcome: phase.outcome,
        started_at: isoOf(phase.startedAt),
        ended_at: isoOf(phase.endedAt),
        retry_count: phase.attempt - 1,
        measurements: phase.measurements.map(pushedMeasurement),
      })),
      logs: [...this.logs, last].map(pushedLog),
    };
  }
}

/** What no server takes, such as an empty part number, is left out, so that the rest is not refused with it. */
const taken = (schema: z.ZodType<string>, value: string | null | undefined): string | undefined =>
  schema.safeParse(value).data;

function pushedMeasurement({ name, outcome, measured_value, units }: RunnerMeasurement): V2Measurement {
  return {
    name,
    outcome: outcome === 'PASS' || outcome === 'FAIL' ? outcome : 'UNSET',
    measured_value,
    ...(units === null ? {} : { units }),
  };
}

const pushedLog = ({ level, time, message, place }: SeenLog): NonNullable<NewRunBody['logs']>[number] => ({
  level: logLevel.safeParse(level.toUpperCase()).data ?? 'INFO',
  timestamp: isoOf(time),
  message,
  source_file: place?.file ?? 'unknown',
  line_number: place?.line ?? 0,
});

const isoOf = (millis: number): string => new Date(millis).toISOString();

const yearTenThousand = Date.UTC(10_000, 0);

function millisOf(time: string | null | undefined): number | null {
  const millis = time == null ? NaN : Date.parse(time);
  return millis >= 0 && millis < yearTenThousand ? millis : null;
}
