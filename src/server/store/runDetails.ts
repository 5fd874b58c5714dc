import * as z from 'zod';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { newAggregation, newSeries } from '../../shared/run/newRun.ts';
import { validatorsFromJson } from './storedValidators.ts';
import type { Store, Tables } from './tables.ts';

const aggregations = z.array(newAggregation);
const series = z.array(newSeries);

export const measurementDetails = (m: Omit<Tables['measurements'], 'run_key'>) => ({
  ...m,
  value: m.value_json === null ? undefined : parseExactly(m.value_json),
  validators: validatorsFromJson(m.validators_json),
  aggregations: aggregations.parse(parseExactly(m.aggregations_json)),
  series: m.series_json === null ? null : series.parse(parseExactly(m.series_json)),
});
export type MeasurementDetails = ReturnType<typeof measurementDetails>;

export async function measurementsOf(store: Store, phaseKey: number): Promise<MeasurementDetails[]> {
  const rows = await store
    .selectFrom('measurements')
    .selectAll()
    .where('phase_key', '=', phaseKey)
    .orderBy('position')
    .execute();
  return rows.map(measurementDetails);
}

export async function phasesOf(store: Store, runKey: number) {
  const phases = await store.selectFrom('phases').selectAll().where('run_key', '=', runKey).orderBy('key').execute();
  const measurements = await store
    .selectFrom('measurements')
    .selectAll()
    .where('run_key', '=', runKey)
    .orderBy('phase_key')
    .orderBy('position')
    .execute();
  const byPhase = new Map<number, MeasurementDetails[]>(phases.map((phase) => [phase.key, []]));
  for (const m of measurements) byPhase.get(m.phase_key)?.push(measurementDetails(m));
  return phases.map((phase) => ({ ...phase, measurements: byPhase.get(phase.key) ?? [] }));
}
export type PhaseDetails = Awaited<ReturnType<typeof phasesOf>>[number];

export async function logsOf(store: Store, runKey: number) {
  return store.selectFrom('logs').selectAll().where('run_key', '=', runKey).orderBy('key').execute();
}

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
