import * as z from 'zod';
import {
  type ImportedRecord,
  ImportError,
  type ImportTarget,
  objectsIn,
  operators,
  otherKeys,
  recordOf,
  runOfBody,
  withoutEmpty,
} from './importedRecord.ts';
import { isoTime } from './isoTime.ts';

const text = z.string().nullish();
const number = z.number().nullish();
const status = z.string().nullish();

const numericMeas = z.object({
  name: text,
  status,
  compOp: text,
  unit: text,
  value: number,
  lowLimit: number,
  highLimit: number,
});
const stringMeas = z.object({ name: text, status, compOp: text, value: text, limit: text });
const booleanMeas = z.object({ name: text, status });

const step = z.object({
  name: z.string(),
  status: z.string(),
  start: text,
  totTime: number,
  reportText: text,
  numericMeas: z.array(numericMeas).nullish(),
  stringMeas: z.array(stringMeas).nullish(),
  booleanMeas: z.array(booleanMeas).nullish(),
  get steps() {
    return z.array(step).nullish();
  },
});
type Step = z.infer<typeof step>;

const report = z.object({
  type: z.literal('T', 'Only test reports (type T) are results.'),
  id: text,
  sn: z.string(),
  pn: text,
  rev: text,
  result: z.string(),
  start: text,
  startUTC: text,
  machineName: text,
  location: text,
  purpose: text,
  processCode: number,
  processName: text,
  root: step,
  uut: z.object({ execTime: number, batchSN: text, comment: text, user: text, fixtureId: text }).nullish(),
});
type Report = z.infer<typeof report>;

const known = {
  report: Object.keys(report.shape),
  uut: ['execTime', 'batchSN', 'comment', 'user', 'fixtureId'],
  step: Object.keys(step.shape),
  numericMeas: Object.keys(numericMeas.shape),
  stringMeas: Object.keys(stringMeas.shape),
  booleanMeas: Object.keys(booleanMeas.shape),
};

export const isWatsReport = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'sn' in content && 'type' in content;

/** Reads a report in the WATS Standard JSON Format (WSJF). Source: Virinco's description of the format. */
export function readWatsRecord(content: unknown, place: string, target: ImportTarget): ImportedRecord {
  return recordOf(place, content, () => {
    const found = report.parse(content);
    return { run: runOfBody(bodyOf(found, target)), notStored: notStoredOf(content) };
  });
}

const outcomes: Readonly<Record<string, string>> = { P: 'PASS', F: 'FAIL', E: 'ERROR', T: 'ABORTED' };
/** D is "done": the step has nothing that could fail. */
const stepOutcomes: Readonly<Record<string, string>> = {
  P: 'PASS',
  D: 'PASS',
  F: 'FAIL',
  E: 'ERROR',
  T: 'ERROR',
  S: 'SKIP',
};
const measuredOutcomes: Readonly<Record<string, string>> = { P: 'PASS', D: 'PASS', F: 'FAIL' };

function translated(codes: Readonly<Record<string, string>>, code: string, what: string): string {
  const found = codes[code];
  if (found !== undefined) return found;
  throw new ImportError(`The ${what} is "${code}", and not one of ${Object.keys(codes).join(', ')}.`);
}

function bodyOf(found: Report, { procedure, partNumber }: ImportTarget): unknown {
  const started = startOf(found);
  const metadata = {
    wats_id: found.id,
    machine: found.machineName,
    location: found.location,
    purpose: found.purpose,
    process_code: found.processCode,
    process_name: found.processName,
    operator: found.uut?.user,
    fixture: found.uut?.fixtureId,
  };
  return {
    procedure_id: procedure.id,
    serial_number: found.sn,
    part_number: found.pn || partNumber,
    revision_number: found.rev || null,
    batch_number: found.uut?.batchSN || null,
    outcome: translated(outcomes, found.result, 'result'),
    started_at: isoTime(started),
    ended_at: isoTime(started + (found.uut?.execTime ?? 0) * 1000),
    docstring: found.uut?.comment || null,
    phases: phasesOf(found.root, [], started),
    metadata: withoutEmpty(metadata),
  };
}

const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i;

function startOf({ start, startUTC }: Report): number {
  const said =
    start && zoned.test(start) ? start : startUTC ? (zoned.test(startUTC) ? startUTC : `${startUTC}Z`) : null;
  const time = Date.parse(said ?? '');
  if (Number.isFinite(time)) return time;
  throw new ImportError('The report has no start with a time zone, and no startUTC.');
}

/** Each step that is no sequence is a phase, which has the names of the sequences around it before its own. */
function phasesOf({ steps, ...self }: Step, path: readonly string[], runStarted: number): unknown[] {
  if (steps != null && steps.length > 0)
    return steps.flatMap((each) => phasesOf(each, [...path, each.name], runStarted));
  if (path.length === 0 && steps != null) return []; // a root without steps
  const said = self.start && zoned.test(self.start) ? Date.parse(self.start) : NaN;
  const started = Number.isFinite(said) ? said : runStarted;
  return [
    {
      name: path.join(' / ') || self.name,
      outcome: translated(stepOutcomes, self.status, `status of step "${self.name}"`),
      started_at: isoTime(started),
      ended_at: isoTime(started + (self.totTime ?? 0) * 1000),
      docstring: self.reportText || null,
      measurements: measurementsOf(self),
    },
  ];
}

function measurementsOf({ name: stepName, ...step }: Omit<Step, 'steps'>): unknown[] {
  const common = ({ name, status }: { name?: string | null | undefined; status?: string | null | undefined }) => ({
    name: name || stepName,
    outcome: measuredOutcomes[status ?? ''] ?? 'UNSET',
  });
  return [
    ...(step.numericMeas ?? []).map((each) => ({
      ...common(each),
      measured_value: each.value ?? null,
      units: each.unit || null,
      validators: numericRules(each),
    })),
    ...(step.stringMeas ?? []).map((each) => ({
      ...common(each),
      measured_value: each.value ?? null,
      validators: stringRules(each),
    })),
    ...(step.booleanMeas ?? []).map(common),
  ];
}

interface Rule {
  readonly operator?: string;
  readonly expected_value?: unknown;
  readonly expression?: string;
}

/** `GELE` is from the low to the high limit, `LTGT` outside of both, `GE` at least the low limit, and `LOG` has no limits. */
function numericRules({ compOp, lowLimit, highLimit }: z.infer<typeof numericMeas>): Rule[] {
  const name = compOp?.toUpperCase() ?? 'GELE';
  if (name === 'LOG') return [];
  const [first = '', second] = name.match(/EQ|NE|GT|LT|GE|LE/g) ?? [];
  if (second === undefined) return ruleOf(operators[first], lowLimit ?? highLimit);
  const [low, high] = [operators[first] ?? '', operators[second] ?? ''];
  if (low.startsWith('<')) return [{ expression: `x ${low} ${lowLimit} or x ${high} ${highLimit}` }];
  return [...ruleOf(low, lowLimit), ...ruleOf(high, highLimit)];
}

const ruleOf = (operator: string | undefined, expected_value: unknown): Rule[] =>
  operator === undefined || expected_value == null ? [] : [{ operator, expected_value }];

function stringRules({ compOp, limit }: z.infer<typeof stringMeas>): Rule[] {
  const name = compOp?.toUpperCase() ?? 'EQ';
  if (name === 'IGNORECASE' && limit != null) return [{ expression: `x == '${limit}', ignoring case` }];
  return ruleOf(name === 'CASESENSIT' ? '==' : operators[name], limit);
}

function notStoredOf(content: unknown): string[] {
  const [found] = objectsIn([content]);
  const stepsIn = (each: Record<string, unknown>): Record<string, unknown>[] => [
    each,
    ...objectsIn(each['steps']).flatMap(stepsIn),
  ];
  const steps = objectsIn([found?.['root']]).flatMap(stepsIn);
  return [
    ...new Set([
      ...otherKeys(found, known.report),
      ...otherKeys(found?.['uut'], known.uut, 'uut.'),
      ...steps.flatMap((each) => otherKeys(each, known.step, 'steps.')),
      ...(['numericMeas', 'stringMeas', 'booleanMeas'] as const).flatMap((list) =>
        steps.flatMap((each) => objectsIn(each[list]).flatMap((one) => otherKeys(one, known[list], `steps.${list}.`))),
      ),
    ]),
  ];
}
