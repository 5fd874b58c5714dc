import type { NewMeasurement, NewPhase, NewRun } from '../../shared/run/newRun.ts';
import { noExtras } from '../../shared/run/newRun.ts';
import { expressionOf } from '../../shared/run/validators.ts';
import { Random } from '../../shared/statistics/random.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { type DemoMeasurement, type DemoPhase, type DemoProduct, motorController, sensorHub } from './products.ts';

export const demoStations = ['Demo Bench 1', 'Demo Bench 2', 'Demo Bench 3', 'Demo Bench 4'] as const;
export type DemoStation = (typeof demoStations)[number];

export const benches: readonly (readonly [DemoProduct, readonly [DemoStation, ...DemoStation[]]])[] = [
  [motorController, ['Demo Bench 1', 'Demo Bench 2', 'Demo Bench 3']],
  [sensorHub, ['Demo Bench 3', 'Demo Bench 4']],
];

export interface DemoRun {
  station: DemoStation;
  run: NewRun;
  sample: 'golden' | 'failing' | null;
}

/** What is true at a time of the demo production, from 0 at its beginning to 1 at its end. */
const story = {
  fixtureChange: 0.55,
  revisionB: 0.4,
  newLimits: 0.7,
  outage: { from: 0.3, to: 0.34 },
} as const;

const operators = ['ana@demo.invalid', 'ben@demo.invalid', 'chris@demo.invalid'] as const;
const minute = 60_000;
const firstHour = 6;
const lastHour = 18;

/** Yields the runs oldest first within each product. @param now the end, in milliseconds since 1970 */
export function* demoProduction({
  seed,
  days,
  now,
  calendar,
}: {
  seed: number;
  days: number;
  now: number;
  calendar: Calendar;
}): Generator<DemoRun> {
  const { dates, edges } = calendar.days(now, days);
  for (const [product, stations] of benches) {
    const random = new Random(seed + product.unitsPerDay);
    let serial = 0;
    for (const [index, date] of dates.entries()) {
      const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      const start = (edges[index] ?? 0) + firstHour * 60 * minute;
      const step = ((lastHour - firstHour) * 60 * minute) / product.unitsPerDay;
      for (const station of stations) {
        const reference = { product, station, random, progress: index / days, batch: `${product.serialPrefix}-REF` };
        for (const sample of ['golden', 'failing'] as const) {
          const startedAt = start - (sample === 'golden' ? 10 : 6) * minute;
          if (startedAt < now) yield* referenceRun(reference, sample, startedAt);
        }
      }
      for (let n = 0; n < product.unitsPerDay; n++) {
        const startedAt = Math.round(start + n * step + random.next() * step * 0.5);
        const progress = (index + n / product.unitsPerDay) / days;
        const station = random.pick(stations);
        serial += 1;
        if (startedAt > now || isOut(station, progress)) continue;
        const serialNumber = `${product.serialPrefix}${String(serial).padStart(6, '0')}`;
        const batch = `${product.serialPrefix}-${date.slice(0, 4)}W${String(Math.ceil((index + 1) / 7)).padStart(2, '0')}`;
        yield* unitRuns({ product, station, random, progress, batch }, serialNumber, startedAt);
      }
    }
  }
}

const isOut = (station: DemoStation, progress: number): boolean =>
  station === 'Demo Bench 4' && progress >= story.outage.from && progress < story.outage.to;

interface Circumstances {
  product: DemoProduct;
  station: DemoStation;
  random: Random;
  progress: number;
  batch: string;
}

function* unitRuns(at: Circumstances, serialNumber: string, startedAt: number): Generator<DemoRun> {
  const unitShift = at.random.normal(0, 1);
  let start = startedAt;
  for (let attempt = 0; attempt < 3; attempt++) {
    const run = makeRun(at, { serialNumber, startedAt: start, unitShift, defect: 0 });
    yield { station: at.station, run, sample: null };
    if (run.outcome === 'PASS' || at.random.next() > 0.75) return;
    start = run.endedAt + Math.round((1 + 4 * at.random.next()) * minute);
  }
}

function* referenceRun(at: Circumstances, sample: 'golden' | 'failing', startedAt: number): Generator<DemoRun> {
  const serialNumber = `${at.product.serialPrefix}-${sample.toUpperCase()}`;
  const defect = sample === 'failing' ? 12 : 0;
  yield { station: at.station, run: makeRun(at, { serialNumber, startedAt, unitShift: 0, defect }), sample };
}

interface UnitOnTest {
  serialNumber: string;
  startedAt: number;
  /** By how many sigmas the unit's values are beside the mean; the rest of the spread is the station's. */
  unitShift: number;
  /** By how many sigmas the first measurement with an upper limit is too high. */
  defect: number;
}

function makeRun(at: Circumstances, unit: UnitOnTest): NewRun {
  const { product, random, progress } = at;
  const isAborted = unit.defect === 0 && random.next() < 0.006;
  const isBroken = unit.defect === 0 && random.next() < 0.004;
  const phases: NewPhase[] = [];
  let time = unit.startedAt;
  for (const [index, phase] of product.phases.entries()) {
    const isLast = (isAborted || isBroken) && index === 1 + Math.floor(random.next() * (product.phases.length - 1));
    const made = makePhase(at, unit, phase, time);
    phases.push(isLast ? { ...made, outcome: 'ERROR', measurements: [] } : made);
    time = made.endedAt;
    if (isLast) break;
  }
  const hasFailed = phases.some(({ outcome }) => outcome === 'FAIL');
  const isCutOff = phases.some(({ outcome }) => outcome === 'ERROR');
  return {
    ...noExtras,
    procedure: product.procedure.identifier,
    procedureVersion: progress < story.newLimits ? '1.4.0' : '1.5.0',
    serialNumber: unit.serialNumber,
    partNumber: product.partNumber,
    partName: product.partName,
    revision: product.revisions[progress < story.revisionB ? 0 : 1],
    batch: at.batch,
    outcome: isCutOff ? (isAborted ? 'ABORTED' : 'ERROR') : hasFailed ? 'FAIL' : 'PASS',
    startedAt: unit.startedAt,
    endedAt: time,
    docstring: null,
    phases,
    logs: [],
    subUnits: [],
    operatedBy: random.pick(operators),
  };
}

function makePhase(at: Circumstances, unit: UnitOnTest, phase: DemoPhase, startedAt: number): NewPhase {
  const measurements = phase.measurements.map((measurement) => measure(at, unit, measurement));
  if (phase.name === 'load_test') measurements.push(rippleCurve(at.random));
  return {
    name: phase.name,
    outcome: measurements.some(({ outcome }) => outcome === 'FAIL') ? 'FAIL' : 'PASS',
    startedAt,
    endedAt: Math.round(startedAt + phase.seconds * 1000 * (0.9 + 0.3 * at.random.next())),
    retryCount: 0,
    docstring: null,
    sequencePath: null,
    measurements,
  };
}

function measure(at: Circumstances, unit: UnitOnTest, measurement: DemoMeasurement): NewMeasurement {
  const { name, units, mean, sigma, digits } = measurement;
  const ownShift = 0.7 * unit.unitShift + 0.7 * at.random.normal(0, 1) + shiftOf(at, name);
  const isBadContact = name === 'contact_resistance' && at.random.next() < 0.02;
  const defect = name === 'idle_current' || name === 'sleep_current' ? unit.defect : 0;
  const value = Number(
    (mean + sigma * (ownShift + defect) + (isBadContact ? 14 * at.random.next() : 0)).toFixed(digits),
  );
  const upper = name === 'idle_current' && at.progress >= story.newLimits ? 45 : measurement.upper;
  const rules = [
    ...(measurement.lower === null
      ? []
      : [{ operator: '>=', expected: measurement.lower, holds: value >= measurement.lower }]),
    ...(upper === null ? [] : [{ operator: '<=', expected: upper, holds: value <= upper }]),
  ];
  return {
    name,
    outcome: rules.every(({ holds }) => holds) ? 'PASS' : 'FAIL',
    units,
    docstring: null,
    measuredValue: value,
    validators: rules.map(({ operator, expected, holds }) => ({
      operator,
      expected_value: expected,
      expression: expressionOf(operator, expected),
      is_decisive: true,
      has_custom_expression: false,
      outcome: holds ? 'PASS' : 'FAIL',
    })),
    aggregations: [],
    series: null,
  };
}

/** Returns by how many sigmas the station measures too high. */
function shiftOf({ station, progress }: Circumstances, name: string): number {
  if (station === 'Demo Bench 2' && name === 'phase_current') return 3.2 * progress; // It drifts since its last calibration.
  if (station === 'Demo Bench 3' && name === 'contact_resistance' && progress >= story.fixtureChange) return 3.5;
  if (station === 'Demo Bench 4' && name === 'transmit_power') return -0.8;
  return 0;
}

const curvePoints = 64;

function rippleCurve(random: Random): NewMeasurement {
  const axis = (name: string, units: string, data: number[]) => ({
    name,
    description: null,
    units,
    data,
    validators: [],
    aggregations: [],
  });
  const indices = Array.from({ length: curvePoints }, (_, n) => n);
  const time = indices.map((n) => Number((n * 0.78).toFixed(2)));
  const current = indices.map((n) =>
    Number((10 + 0.4 * Math.sin((n / curvePoints) * 6 * Math.PI) + random.normal(0, 0.03)).toFixed(3)),
  );
  return {
    name: 'current_ripple',
    outcome: 'PASS',
    units: 'A',
    docstring: null,
    measuredValue: undefined,
    validators: [],
    aggregations: [],
    series: [axis('time', 'µs', time), axis('current', 'A', current)],
  };
}
