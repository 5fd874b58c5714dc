import type * as z from 'zod';
import { type ProcedureFile, procedureFile, procedureStages } from '../contract/procedureFile.ts';
import type { ProcedureDocument, Span } from './procedureDocument.ts';
import { keyFromName } from './procedureKey.ts';

export interface ProcedureProblem {
  readonly kind:
    | 'syntax'
    | 'unknownKey'
    | 'missing'
    | 'invalid'
    | 'duplicate'
    | 'unknownPhase'
    | 'cycle'
    | 'twoWays'
    | 'noDefault'
    | 'contradiction'
    | 'noOptions'
    | 'severalSlots';
  readonly word: string;
  readonly span: Span;
}

const maxProblems = 100;

type Path = readonly (string | number)[];
type Add = (kind: ProcedureProblem['kind'], word: string, span: Span) => void;

/** Returns what TofuPilot's engine would refuse, or what cannot be meant; the syntax first, then the rest. */
export function findProblems(document: ProcedureDocument): ProcedureProblem[] {
  const problems: ProcedureProblem[] = [];
  const add: Add = (kind, word, span) => {
    if (problems.length < maxProblems) problems.push({ kind, word, span });
  };
  for (const { code, message, pos } of document.document.errors) {
    const word = code === 'MULTIPLE_DOCS' ? 'A procedure is one document.' : (message.split('\n')[0] ?? '');
    add('syntax', word, { from: Math.min(pos[0], document.length), to: Math.min(pos[1], document.length) });
  }
  if (problems.length > 0) return problems;
  const parsed = procedureFile.safeParse(document.json);
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(document, issue, add);
  else findContradictions(document, parsed.data, add);
  return problems;
}

function addIssue(document: ProcedureDocument, issue: z.core.$ZodIssue, add: Add): void {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) add('unknownKey', key, document.keySpan(path, key));
    return;
  }
  const name = String(path.at(-1) ?? '');
  const isMissing = issue.code === 'invalid_type' && valueAt(document.json, path) === undefined;
  if (isMissing) add('missing', name, document.keySpan(path.slice(0, -1), name));
  else add('invalid', `${name}: ${issue.message}`, document.spanOf(path));
}

function valueAt(json: unknown, path: Path): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function findContradictions(document: ProcedureDocument, file: ProcedureFile, add: Add): void {
  const at = (...path: Path): Span => document.spanOf(path);
  for (const stage of procedureStages) {
    const phases = file[stage] ?? [];
    addDuplicates(
      phases.map(keyOf),
      (index) => at(stage, index, phases[index]?.key === undefined ? 'name' : 'key'),
      add,
    );
    phases.forEach((phase, index) => {
      const path = [stage, index];
      if (phase.python !== undefined && phase.executable !== undefined) {
        add('twoWays', phase.name, document.keySpan(path, 'executable'));
      }
      const measurements = phase.measurements ?? [];
      addDuplicates(measurements.map(keyOf), (each) => at(...path, 'measurements', each), add);
      measurements.forEach((measurement, each) => {
        if (contradicts(measurement.validators ?? [])) {
          add('contradiction', measurement.name, at(...path, 'measurements', each, 'validators'));
        }
      });
      (phase.ui?.components ?? []).forEach(({ type, options }, each) => {
        const needsOptions = ['radio', 'select', 'multiselect', 'checklist'].includes(type);
        if (needsOptions && (options ?? []).length === 0) add('noOptions', type, at(...path, 'ui', 'components', each));
      });
    });
  }
  const plugs = file.plugs ?? [];
  addDuplicates(
    plugs.map((plug) => keyOf(plug).toLowerCase()),
    (index) => at('plugs', index),
    add,
  );
  const { unit } = file;
  if (unit?.auto_identify === true) {
    for (const field of ['serial_number', 'part_number'] as const) {
      if (unit[field]?.default_value === undefined)
        add('noDefault', field, document.keySpan(['unit'], 'auto_identify'));
    }
  }
  if ((file.execution?.slots ?? []).length > 1) add('severalSlots', '', at('execution', 'slots'));
  findDependencyProblems(document, file, add);
}

const keyOf = ({ key, name }: { readonly key?: string | undefined; readonly name: string }): string =>
  key ?? keyFromName(name);

function addDuplicates(keys: readonly string[], span: (index: number) => Span, add: Add): void {
  keys.forEach((key, index) => {
    if (keys.indexOf(key) < index) add('duplicate', key, span(index));
  });
}

type Validators = NonNullable<NonNullable<ProcedureFile['main'][number]['measurements']>[number]['validators']>;

function contradicts(validators: Validators): boolean {
  const bounds = (operators: readonly string[]): number[] =>
    validators.flatMap(({ operator, expected_value: value }) =>
      operators.includes(operator) && typeof value === 'number' ? [value] : [],
    );
  const lower = Math.max(...bounds(['>=', '>', '==']));
  const upper = Math.min(...bounds(['<=', '<', '==']));
  const isOpen = bounds(['>']).includes(lower) || bounds(['<']).includes(upper);
  return lower > upper || (lower === upper && isOpen);
}

function findDependencyProblems(document: ProcedureDocument, { main }: ProcedureFile, add: Add): void {
  const needs = new Map(main.map((phase) => [keyOf(phase), phase.depends_on ?? []]));
  main.forEach((phase, index) => {
    (phase.depends_on ?? []).forEach((key, each) => {
      if (!needs.has(key)) add('unknownPhase', key, document.spanOf(['main', index, 'depends_on', each]));
    });
    if (reaches(needs, keyOf(phase))) add('cycle', phase.name, document.keySpan(['main', index], 'depends_on'));
  });
}

function reaches(needs: ReadonlyMap<string, readonly string[]>, start: string): boolean {
  const seen = new Set<string>();
  const open = [...(needs.get(start) ?? [])];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === start) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(needs.get(key) ?? []));
  }
  return false;
}
