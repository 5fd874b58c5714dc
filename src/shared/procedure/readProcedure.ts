import * as z from 'zod';
import { type ProcedureStage, procedureStages } from '../contract/procedureFile.ts';
import { type PromptComponent, promptComponent } from '../contract/promptForm.ts';
import type { DeclaredMeasurement, DeclaredPhase, DeclaredProcedure } from '../engine/declaredProcedure.ts';
import { findProblems, type ProcedureProblem } from './findProblems.ts';
import { ProcedureDocument, type Span } from './procedureDocument.ts';
import { keyFromName } from './procedureKey.ts';

export interface ProcedurePhase extends DeclaredPhase {
  readonly stage: ProcedureStage;
  readonly line: number;
  readonly endLine: number;
  readonly isEnabled: boolean;
  readonly python: PythonMention | null;
  readonly measurementLines: Readonly<Record<string, number>>;
  readonly measurementSpans: Readonly<Record<string, Span>>;
}

export interface PythonMention {
  readonly reference: string;
  readonly span: Span;
}

export interface ProcedureReading {
  readonly name: string;
  readonly phases: readonly ProcedurePhase[];
  readonly stageLines: Readonly<Partial<Record<ProcedureStage, number>>>;
  readonly plugs: readonly { readonly name: string; readonly python: PythonMention | null }[];
  readonly unitFields: DeclaredProcedure['unitFields'];
  readonly problems: readonly ProcedureProblem[];
  /** Whether the unit comes from the file, so that the unit form is not shown. */
  readonly identifiesItself: boolean;
}

/**
 * Reads a `procedure.yaml` as far as it can be understood; the rest are problems. @returns undefined if it is no procedure
 * @param file the place of the phases; paths of images are relative to its folder
 */
export function readProcedure(source: string, file: string): ProcedureReading | undefined {
  const document = new ProcedureDocument(source);
  const root = record(document.json);
  const isProcedure = procedureStages.some((stage) => Array.isArray(root[stage]));
  const isBroken = document.document.errors.length > 0 && /^main\s*:/m.test(source);
  if (!isProcedure && !isBroken) return undefined;
  const phases = procedureStages.flatMap((stage) =>
    list(root[stage]).flatMap((phase, index) => readPhase(document, stage, index, record(phase), file)),
  );
  const plugs = list(root['plugs']).map((each, index) => {
    const plug = record(each);
    return { name: text(plug['name']) ?? '', python: mention(document, ['plugs', index], plug) };
  });
  const unit = record(root['unit']);
  return {
    name: text(root['name']) ?? '',
    phases,
    stageLines: Object.fromEntries(
      procedureStages
        .filter((stage) => root[stage] !== undefined)
        .map((stage) => [stage, document.lineAt(document.keySpan([], stage).from)]),
    ),
    plugs,
    unitFields: unitFieldsOf(unit),
    get problems() {
      return findProblems(document); // not needed to find tests, and it takes longer than the rest
    },
    identifiesItself: unit['auto_identify'] === true,
  };
}

function readPhase(
  document: ProcedureDocument,
  stage: ProcedureStage,
  index: number,
  phase: Readonly<Record<string, unknown>>,
  file: string,
): ProcedurePhase[] {
  const path = [stage, index];
  const name = text(phase['name']);
  const key = text(phase['key']) ?? (name === null ? null : keyFromName(name));
  if (key === null) return [];
  const { from, to } = document.spanOf(path);
  const line = document.lineAt(from);
  const measurements = new Map<string, DeclaredMeasurement>();
  const measurementLines: Record<string, number> = {};
  const measurementSpans: Record<string, Span> = {};
  list(phase['measurements']).forEach((each, at) => {
    const declared = readMeasurement(record(each));
    if (declared === null) return;
    measurements.set(declared.key, declared.measurement);
    const place = [...path, 'measurements', at];
    measurementLines[declared.key] = document.lineAt(document.spanOf(place).from);
    measurementSpans[declared.key] = document.spanOf([...place, record(each)['name'] === undefined ? 'key' : 'name']);
  });
  return [
    {
      stage,
      key,
      name: name ?? key,
      description: text(phase['description']),
      place: { file, line },
      line,
      endLine: Math.max(line, document.lineAt(Math.max(from, to - 1))),
      isEnabled: phase['enabled'] !== false && phase['result'] !== 'skip',
      python: mention(document, path, phase),
      measurements,
      measurementLines,
      measurementSpans,
      components: componentsOf(record(phase['ui'])),
    },
  ];
}

function mention(
  document: ProcedureDocument,
  path: readonly (string | number)[],
  from: Readonly<Record<string, unknown>>,
): PythonMention | null {
  const reference = text(from['python']);
  return reference === null ? null : { reference, span: document.spanOf([...path, 'python']) };
}

function readMeasurement(
  from: Readonly<Record<string, unknown>>,
): { key: string; measurement: DeclaredMeasurement } | null {
  const name = text(from['name']);
  const key = text(from['key']) ?? (name === null ? null : keyFromName(name));
  if (key === null) return null;
  const validators = list(from['validators']).flatMap((each) => {
    const { operator, expected_value: expected } = record(each);
    return typeof operator === 'string' && expected !== undefined ? [{ operator, expected }] : [];
  });
  return { key, measurement: { name: name ?? key, units: text(from['unit']), validators } };
}

function componentsOf(ui: Readonly<Record<string, unknown>>): Map<string, Partial<PromptComponent>> {
  return new Map(
    list(ui['components']).map((each) => {
      const component = record(each);
      const label = text(component['label']);
      const key = text(component['key']) ?? keyFromName(label ?? text(component['type']) ?? '');
      return [key, details.parse(component)];
    }),
  );
}

function unitFieldsOf(unit: Readonly<Record<string, unknown>>): Map<string, Partial<PromptComponent>> {
  const fields = ['serial_number', 'part_number', 'revision_number', 'batch_number'].map(
    (key) => [key, unit[key]] as const,
  );
  const metadata = Object.entries(record(unit['metadata'])).map(([key, field]) => [`metadata:${key}`, field] as const);
  return new Map([...fields, ...metadata].map(([key, field]) => [key, details.parse(record(field))]));
}

const number = z.number().optional().catch(undefined);
const words = z.string().max(500).optional().catch(undefined);

/** What the file alone says about a field: the engine does not report it. */
const details = z
  .object({
    default_value: promptComponent.shape.initial.unwrap().optional().catch(undefined),
    max: number,
    min_length: number,
    max_length: number,
    pattern: words,
    prefix: words,
    suffix: words,
    options: z
      .array(z.object({ value: z.string(), label: z.string().default(''), image: z.string().nullable().default(null) }))
      .optional()
      .catch(undefined),
  })
  .transform(({ default_value: initial, ...rest }): Partial<PromptComponent> => definedOf({ ...rest, initial }));

const definedOf = (parts: object): object =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));

const anyRecord = z.record(z.string(), z.unknown());
const record = (value: unknown): Readonly<Record<string, unknown>> => anyRecord.safeParse(value).data ?? {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
