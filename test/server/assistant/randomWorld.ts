import assert from 'node:assert/strict';
import { before } from 'mocha';
import type { CallOperation } from '../../../src/shared/assistant/tool.ts';
import { useServer } from '../bench.ts';
import { randomNumbers } from '../random.ts';
import {
  type AssistantWorld,
  callAsUser,
  countingPhases,
  firstRunAt,
  type PushedRun,
  pushWorld,
  zone,
} from './assistantWorld.ts';

export const seed = Number(process.env['ASSISTANT_SEED'] ?? Date.now() % 1_000_000);
export const rounds = Number(process.env['ASSISTANT_ROUNDS'] ?? 12);
const hour = 3_600_000;

export const dateAt = (at: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);

/** Writes a time in another zone, as assistants do. */
const inZone = (at: number): string => `${new Date(at + 2 * hour).toISOString().slice(0, -1)}+02:00`;

export interface RandomFilter {
  procedure: string;
  station: string | undefined;
  since: number | undefined;
  until: number | undefined;
}

/** A server with random runs for one suite, and random questions about them. */
export class RandomWorld {
  readonly random = randomNumbers(seed);
  readonly #bench = useServer(['--time-zone', zone]);
  #pushed: AssistantWorld | undefined;
  #call: CallOperation | undefined;

  constructor() {
    before(async () => {
      this.#call = callAsUser(this.#bench);
      this.#pushed = await pushWorld(this.#bench, this.random, 160);
    });
  }

  get pushed(): AssistantWorld {
    assert.ok(this.#pushed);
    return this.#pushed;
  }

  get call(): CallOperation {
    assert.ok(this.#call);
    return this.#call;
  }

  below(most: number): number {
    return Math.floor(this.random() * most);
  }

  oneOf<T>(all: readonly T[]): T {
    const one = all[this.below(all.length)];
    assert.ok(one !== undefined);
    return one;
  }

  filter(): RandomFilter {
    const [one, other] = [firstRunAt + this.below(60 * hour), firstRunAt + this.below(60 * hour)];
    return {
      procedure: this.oneOf(this.pushed.procedures),
      station: this.random() < 0.4 ? this.oneOf(this.pushed.stations) : undefined,
      since: this.random() < 0.5 ? Math.min(one, other) : undefined,
      until: this.random() < 0.5 ? Math.max(one, other) : undefined,
    };
  }

  /** Returns the runs that statistics count: of whole days. */
  counted({ procedure, station, since, until }: RandomFilter): PushedRun[] {
    return this.pushed.runs.filter(
      (run) =>
        run.body.procedure_id === procedure &&
        !run.isReference &&
        (station === undefined || run.station === station) &&
        (since === undefined || dateAt(run.startedAt) >= dateAt(since)) &&
        (until === undefined || dateAt(run.startedAt) <= dateAt(until)),
    );
  }
}

export const inputOf = ({ procedure, station, since, until }: RandomFilter) => ({
  procedure,
  station,
  since: since === undefined ? undefined : inZone(since),
  until: until === undefined ? undefined : inZone(until),
});

export function assertClose(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)));
}

/** Returns the values of a measurement in the attempts that count, oldest first. */
export function valuesOf(runs: readonly PushedRun[], phaseName: string, name: string) {
  return runs.flatMap((run) =>
    countingPhases(run)
      .filter((phase) => phase.name === phaseName)
      .flatMap((phase) => phase.measurements ?? [])
      .filter((measurement) => measurement.name === name)
      .map(({ measured_value, lower_limit, outcome }) => ({
        run: run.id,
        serial: run.body.serial_number,
        value: Number(measured_value),
        lower: lower_limit == null ? null : Number(lower_limit),
        isFailed: outcome === 'FAIL',
      })),
  );
}
