import type { NamesOf, Split } from '../../shared/analytics/answers.ts';
import { splitValue } from '../../shared/analytics/place.ts';
import type { TestedMeasurement, TestedPhase, TestedRun } from '../../shared/analytics/testedRun.ts';
import type { MeasurementRow } from '../../shared/contract/explorer.ts';
import type { RunListItem } from '../../shared/contract/runs.ts';
import { limitsOf } from '../../shared/run/limits.ts';

export interface ListedRun {
  readonly run: Omit<TestedRun, 'phases'>;
  readonly item: RunListItem;
}

export const runOf = (item: RunListItem): Omit<TestedRun, 'phases'> => ({
  id: item.id,
  procedure_id: item.procedure.id,
  unit_id: item.unit.id,
  sample: item.unit.sample,
  outcome: item.outcome,
  started_at: Date.parse(item.started_at),
  ended_at: Date.parse(item.ended_at),
  created_at: Date.parse(item.created_at),
  station_id: item.created_by_station?.id ?? null,
  revision_id: item.unit.part.revision.id,
  version_id: item.procedure.version?.id ?? null,
  batch_id: item.unit.batch?.id ?? null,
  operated_by: operatorOf(item),
  shift: null,
  slot: slotOf(item),
});

const slotOf = ({ slot_name, slot_key }: RunListItem): string | null => slot_name ?? slot_key;

const operatorOf = ({ operated_by }: RunListItem): string | null => operated_by?.email ?? operated_by?.name ?? null;

export function measurementOf(row: MeasurementRow): TestedMeasurement {
  const { lower, upper } = limitsOf(row.validators ?? []);
  return {
    name: row.measurement_name,
    outcome: row.measurement_outcome,
    type: row.measurement_type,
    units: row.units,
    value: row.value === null ? (row.bool_value ?? row.string_value) : Number(row.value),
    lower,
    upper,
  };
}

export const byStart = (one: TestedPhase, other: TestedPhase): number => one.started_at - other.started_at;

/** A phase that was called several times in a run starts at several times. */
export const phaseKey = ({
  run_id,
  phase_name,
  started_at,
}: Pick<MeasurementRow, 'run_id' | 'phase_name' | 'started_at'>) => JSON.stringify([run_id, phase_name, started_at]);

export const phasesOf = (rows: readonly MeasurementRow[]): Map<string, TestedPhase[]> =>
  new Map(
    [...Map.groupBy(rows, ({ run_id }) => run_id)].map(([id, ofRun]) => {
      const tested = [...Map.groupBy(ofRun, phaseKey).values()].map((ofPhase) => ({
        name: ofPhase[0]?.phase_name ?? '',
        outcome: null,
        started_at: Date.parse(ofPhase[0]?.started_at ?? ''),
        retry_count: 0,
        measurements: ofPhase.map(measurementOf),
      }));
      return [id, tested.sort(byStart)];
    }),
  );

export const namesIn =
  (listed: readonly ListedRun[]): NamesOf =>
  (split) =>
    Promise.resolve(
      new Map(
        listed.flatMap(({ run, item }) => {
          const id = splitValue({ ...run, is_reference: false }, split);
          return id === null ? [] : [[id, nameIn(item, split)] as const];
        }),
      ),
    );

function nameIn(item: RunListItem, split: Split['split_by']): string {
  const { part, batch } = item.unit;
  switch (split) {
    case 'station':
      return item.created_by_station?.name ?? '';
    case 'revision':
      return `${part.number} ${part.revision.number}`;
    case 'version':
      return item.procedure.version?.tag ?? '';
    case 'batch':
      return batch?.number ?? '';
    case 'operator':
      return operatorOf(item) ?? '';
    case 'shift':
      return '';
    case 'slot':
      return slotOf(item) ?? '';
  }
}
