import assert from 'node:assert/strict';
import type * as z from 'zod';
import { StationApi } from '../../../src/extension/client/stationApi.ts';
import type { CallOperation, ServerTool } from '../../../src/shared/assistant/tool.ts';
import type { Outcome } from '../../../src/shared/contract/common.ts';
import type { newRunBody } from '../../../src/shared/contract/newRuns.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { units } from '../../../src/shared/contract/units.ts';
import { adminKey, type TestBench } from '../bench.ts';

type Body = z.input<typeof newRunBody>;

/** A run as it was pushed. */
export interface PushedRun {
  readonly id: string;
  readonly station: string;
  readonly body: Body;
  readonly startedAt: number;
  readonly isReference: boolean;
}

export interface AssistantWorld {
  readonly procedures: readonly string[];
  readonly stations: readonly string[];
  /** Oldest first. */
  readonly runs: readonly PushedRun[];
}

/** The zone of the server. Its clocks change at midnight on 2026-09-06. */
export const zone = 'America/Santiago';
export const firstRunAt = Date.parse('2026-09-04T22:00:00Z');
const hour = 3_600_000;

export const secrets = {
  metadata: 'sk-live-planted-in-metadata',
  config: 'planted-in-config',
  operator: 'planted.person@example.com',
} as const;

/** Calls operations as the server’s user, over HTTP. */
export const callAsUser = (bench: TestBench): CallOperation => {
  const api = new StationApi(bench.server.url, adminKey);
  return (operation, input) => api.call(operation, input);
};

const maxBytes = 8_192;

/** Calls a tool as an assistant does. Its answer is small and contains nothing that was planted. */
export async function ask<I extends z.ZodObject, O extends z.ZodObject>(
  call: CallOperation,
  tool: ServerTool<I, O>,
  input: z.input<I>,
): Promise<z.output<O>> {
  const answer = tool.output.parse(await tool.answer(tool.input.parse(input), call));
  const text = JSON.stringify(answer);
  assert.ok(Buffer.byteLength(text) <= maxBytes, `${tool.name} answers with ${Buffer.byteLength(text)} bytes`);
  for (const planted of [
    adminKey,
    ...Object.values(secrets),
    'signature=',
    '?token',
    'expires=',
    'http://',
    'https://',
  ]) {
    assert.ok(!text.includes(planted), `${tool.name} answers with ${planted}`);
  }
  return answer;
}

/** Returns all pages of an answer. */
export async function pagesOf<A extends { readonly next: number | null }>(
  askPage: (cursor: number) => Promise<A>,
): Promise<A[]> {
  const pages: A[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: A = await askPage(cursor);
    pages.push(page);
    assert.ok(page.next === null || page.next > cursor, 'The pages do not end.');
    cursor = page.next;
  }
  return pages;
}

/** A measured number with limits, and whether it is within them. */
function measured(name: string, value: number, lower: number | null, upper: number | null) {
  const passes = (lower === null || value >= lower) && (upper === null || value <= upper);
  return {
    name,
    outcome: passes ? ('PASS' as const) : ('FAIL' as const),
    measured_value: value,
    units: 'V',
    ...(lower === null ? {} : { lower_limit: lower }),
    ...(upper === null ? {} : { upper_limit: upper }),
  };
}

type Phase = NonNullable<Body['phases']>[number];

const outcomeOf = (phases: readonly Phase[]): Outcome => {
  if (phases.some(({ outcome }) => outcome === 'ERROR')) return 'ERROR';
  return phases.some(({ outcome }) => outcome === 'FAIL') ? 'FAIL' : 'PASS';
};

/** Pushes random runs of two procedures on three stations. A measurement of one name is in two phases. */
export async function pushWorld(bench: TestBench, random: () => number, count: number): Promise<AssistantWorld> {
  const procedures = [await bench.procedure('Board test', 'FVT1'), await bench.procedure('Final test')];
  const benches = [];
  for (const name of ['Bench 1', 'Bench 2', 'Bench 3']) benches.push(await bench.station(name, ...procedures));
  const below = (most: number): number => Math.floor(random() * most);
  const starts = Array.from({ length: count }, () => firstRunAt + below(60 * hour)).sort((a, b) => a - b);
  const golden = new Set(['Unit-0', 'Unit-13']);
  const pushed: PushedRun[] = [];
  for (const [index, startedAt] of starts.entries()) {
    const station = benches[below(benches.length)];
    assert.ok(station);
    const at = (seconds: number): string => new Date(startedAt + 1000 * seconds).toISOString();
    const value = (center: number): number => Math.round(1000 * (center + 0.2 * (random() + random() - 1))) / 1000;
    const lower = startedAt < firstRunAt + 30 * hour ? 3.2 : 3.15;
    const attempt = (number: number): Phase => {
      const measurements = [measured('voltage', value(3.3), lower, 3.45), measured('current', value(0.4), null, 0.5)];
      const outcome = measurements.some((each) => each.outcome === 'FAIL') ? ('FAIL' as const) : ('PASS' as const);
      const times = { started_at: at(2 + number), ended_at: at(3 + number) };
      return { name: 'measure', outcome, ...times, retry_count: number, measurements };
    };
    const power = measured('voltage', value(5), 4.85, null);
    const attempts = random() < 0.2 ? [attempt(0), attempt(1)] : [attempt(0)];
    const phases: Phase[] = [
      { name: 'power', outcome: power.outcome, started_at: at(0), ended_at: at(1), measurements: [power] },
      ...attempts,
      ...(random() < 0.1 ? [{ name: 'radio', outcome: 'ERROR' as const, started_at: at(6), ended_at: at(7) }] : []),
    ];
    const chance = random();
    const counting = phases.filter((phase) => phase.name !== 'measure' || phase === attempts.at(-1));
    const body: Body = {
      outcome: chance < 0.05 ? 'TIMEOUT' : chance < 0.1 ? 'ABORTED' : outcomeOf(counting),
      procedure_id: procedures[below(2)] ?? '',
      procedure_version: `1.${below(3)}`,
      started_at: at(0),
      ended_at: at(8),
      serial_number: `Unit-${below(20)}`,
      part_number: 'PCBA01',
      operated_by: secrets.operator,
      phases,
      logs: Array.from({ length: index % 7 === 0 ? below(130) : 1 }, (_, line) => ({
        level: (['DEBUG', 'INFO', 'ERROR'] as const)[line % 3] ?? 'INFO',
        timestamp: at(line / 100),
        message: `line ${line}`,
        source_file: 'test.py',
        line_number: line,
      })),
      metadata: { secret: secrets.metadata, api_token: secrets.metadata },
      config: [{ key: 'PASSWORD', value: secrets.config }],
    };
    const { id } = await station.client.call(runs.create, { body });
    const isReference = golden.has(body.serial_number);
    pushed.push({ id, station: station.id, body, startedAt, isReference });
  }
  for (const serial_number of golden) {
    if (!pushed.some(({ body }) => body.serial_number === serial_number)) continue;
    await bench.user.call(units.update, { params: { serial_number }, body: { sample: 'golden' } });
  }
  return { procedures, stations: benches.map(({ id }) => id), runs: pushed };
}

/** Returns the phases without the attempts that were retried. */
export const countingPhases = ({ body }: PushedRun): Phase[] => {
  const phases = body.phases ?? [];
  return phases.filter(
    (phase, index) => !phases.some((other, later) => later > index && other.name === phase.name && other.retry_count),
  );
};

/** Returns what failed first, as the documentation of statistics says. */
export function firstFailure(run: PushedRun): string | null {
  const { outcome } = run.body;
  if (outcome === 'PASS' || outcome === 'ABORTED') return null;
  return failuresIn(run)[0] ?? 'nothing';
}

/** Returns what failed in a run that counts as failed, in the order of the phases. */
export function failuresIn(run: PushedRun): string[] {
  const inPhases = countingPhases(run).flatMap((phase) => {
    const failing = (phase.measurements ?? []).filter(({ outcome }) => outcome === 'FAIL');
    const names = failing.map(({ name }) => `measurement ${phase.name} ${name}`);
    return phase.outcome === 'ERROR' ? [...names, `phase_error ${phase.name}`] : names;
  });
  return run.body.outcome === 'TIMEOUT' ? [...inPhases, 'timeout'] : inPhases;
}
