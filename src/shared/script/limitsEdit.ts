import type { SpecLimits } from '../statistics/capability.ts';
import { chainOf, findDeclarations, type LimitDeclaration, phasesOf } from './limitDeclarations.ts';
import { limitsOfMeasurement, limitsOfName, type WrittenLimits } from './limitsInCalls.ts';
import { limitsOfDictionary, outcomeOf } from './limitsInDictionaries.ts';
import { type LimitsRefusal, LimitsRefusedError, orRefusal, refuseInvalid } from './limitsRefusal.ts';
import type { TextEdit } from './limitValue.ts';
import { PythonSource } from './pythonSource.ts';

export interface LimitsInScript {
  readonly kind: 'limits';
  readonly limits: SpecLimits;
  readonly line: number;
}

export interface LimitsEdit {
  readonly kind: 'edit';
  /** In the order of the source; none overlap. None if the script has these limits already. */
  readonly edits: readonly TextEdit[];
  readonly line: number;
  /** Where a client script states the outcome itself, so that the limits do not decide it. */
  readonly outcomeLine: number | null;
}

export interface EditableMeasurement {
  readonly name: string;
  /** The phases that it can belong to; empty if the script does not say which. */
  readonly phases: readonly string[];
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

export function editableMeasurements(source: string): EditableMeasurement[] {
  const python = new PythonSource(source);
  return findDeclarations(python).map((declaration) => {
    const phases = orRefusal(() => phasesOf(declaration, python));
    const { name, line, node } = declaration;
    const { from, to } = chainOf(node);
    return { name, line, from, to, phases: Array.isArray(phases) ? phases : [] };
  });
}

export function limitsInScript(
  source: string,
  phaseName: string,
  measurementName: string,
): LimitsInScript | LimitsRefusal {
  return orRefusal(() => {
    const python = parse(source);
    const { current, line } = read(find(python, phaseName, measurementName), python);
    return { kind: 'limits', limits: current, line };
  });
}

/** Returns the edits, or why they are not safe. The edited script is parsed again and must declare exactly these limits. */
export function limitsEdit(
  source: string,
  phaseName: string,
  measurementName: string,
  limits: SpecLimits,
): LimitsEdit | LimitsRefusal {
  return orRefusal(() => {
    refuseInvalid(limits, measurementName);
    const python = parse(source);
    const declaration = find(python, phaseName, measurementName);
    const written = read(declaration, python);
    const edits = written.change(limits).sort((a, b) => a.from - b.from);
    const [firstEdit] = edits;
    checkEdit(applyEdits(source, edits), phaseName, measurementName, limits);
    const outcome = declaration.kind === 'dictionary' ? outcomeOf(declaration.node, python) : null;
    return {
      kind: 'edit',
      edits,
      line: firstEdit === undefined ? written.line : python.lineAt(firstEdit.from),
      outcomeLine: outcome && python.lineAt(outcome.from),
    };
  });
}

export function applyEdits(source: string, edits: readonly TextEdit[]): string {
  let edited = source;
  for (const { from, to, text } of edits.toSorted((a, b) => b.from - a.from)) {
    edited = edited.slice(0, from) + text + edited.slice(to);
  }
  return edited;
}

function parse(source: string): PythonSource {
  const python = new PythonSource(source);
  const [error] = python.nodes('⚠');
  if (error !== undefined) throw new LimitsRefusedError('syntaxError', '', python.lineAt(error.from));
  return python;
}

function find(python: PythonSource, phaseName: string, measurementName: string): LimitDeclaration {
  const all = findDeclarations(python);
  const named = all.filter(({ name }) => name === measurementName);
  if (named.length === 0) throw notFound(all, python, measurementName);
  const [only] = named;
  const matching = named.filter((declaration) => {
    if (named.length === 1) return isOfPhase(declaration);
    const phases = orRefusal(() => phasesOf(declaration, python));
    return !Array.isArray(phases) || phases.includes(phaseName);
  });
  const [found, ...others] = matching;
  if (found === undefined) throw new LimitsRefusedError('notFound', measurementName, only?.line ?? null);
  if (others.length > 0) {
    const otherLines = others.map(({ line }) => line);
    throw new LimitsRefusedError('ambiguous', measurementName, found.line, otherLines);
  }
  if (!isOfPhase(found)) throw new LimitsRefusedError('notFound', measurementName, found.line);
  return found;

  function isOfPhase(declaration: LimitDeclaration): boolean {
    const phases = phasesOf(declaration, python);
    return phases === 'any' || phases.includes(phaseName);
  }
}

function notFound(all: readonly LimitDeclaration[], python: PythonSource, name: string): LimitsRefusedError {
  const template = all.find((each) => each.name.includes('{') && fits(each.name, name));
  if (template !== undefined) return new LimitsRefusedError('placeholder', template.name, template.line);
  const computed = python
    .nodes('FormatString')
    .find((node) => fits(python.text(node).replace(/^\w+(?:'''|"""|'|")|(?:'''|"""|'|")$/g, ''), name));
  if (computed !== undefined) {
    return new LimitsRefusedError('computed', python.text(computed), python.lineAt(computed.from));
  }
  return new LimitsRefusedError('notFound', name, null);
}

function fits(template: string, name: string): boolean {
  const parts = template.split(/\{[^}]*\}/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  // A template without text of its own would fit every name.
  return parts.some((part) => part.length > 1) && name.startsWith(first) && name.endsWith(last);
}

function read(declaration: LimitDeclaration, python: PythonSource): WrittenLimits {
  if (declaration.kind === 'dictionary') return limitsOfDictionary(declaration, python);
  return declaration.kind === 'name' ? limitsOfName(declaration, python) : limitsOfMeasurement(declaration, python);
}

function checkEdit(edited: string, phaseName: string, measurementName: string, { lower, upper }: SpecLimits): void {
  const after = limitsInScript(edited, phaseName, measurementName);
  if (after.kind === 'limits' && after.limits.lower === lower && after.limits.upper === upper) return;
  throw new LimitsRefusedError('computed', measurementName, after.line);
}
