import * as z from 'zod';
import { newSeries, newValidator } from '../../domain/newRun.ts';
import type { Store } from './tables.ts';

const validators = z.array(newValidator);
const series = z.array(newSeries);

/** The phases of a run in their order, each with its measurements; stored JSON is parsed. */
export async function phasesOf(store: Store, runId: string) {
  const phases = await store.selectFrom('phases').selectAll().where('run_id', '=', runId).orderBy('position').execute();
  const measurements = await store
    .selectFrom('measurements as m')
    .innerJoin('phases as p', 'p.id', 'm.phase_id')
    .where('p.run_id', '=', runId)
    .selectAll('m')
    .orderBy('p.position')
    .orderBy('m.position')
    .execute();
  const parsed = measurements.map((m) => ({
    ...m,
    value: m.value_json === null ? undefined : z.unknown().parse(JSON.parse(m.value_json)),
    validators: validators.parse(JSON.parse(m.validators_json)),
    series: m.series_json === null ? null : series.parse(JSON.parse(m.series_json)),
  }));
  const byPhase = new Map<string, typeof parsed>(phases.map((phase) => [phase.id, []]));
  for (const m of parsed) byPhase.get(m.phase_id)?.push(m);
  return phases.map((phase) => ({ ...phase, measurements: byPhase.get(phase.id) ?? [] }));
}

export type PhaseDetails = Awaited<ReturnType<typeof phasesOf>>[number];
export type MeasurementDetails = PhaseDetails['measurements'][number];

export async function logsOf(store: Store, runId: string) {
  return store.selectFrom('logs').selectAll().where('run_id', '=', runId).orderBy('position').execute();
}

/** The units that the run built into its unit. */
export async function subUnitsOf(store: Store, runId: string) {
  return store
    .selectFrom('run_sub_units as s')
    .innerJoin('units as u', 'u.id', 's.unit_id')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .where('s.run_id', '=', runId)
    .select(['u.id', 'u.serial_number', 'part.number as part_number', 'part.name as part_name'])
    .orderBy('u.serial_key')
    .execute();
}
