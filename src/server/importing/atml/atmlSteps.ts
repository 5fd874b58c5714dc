import { comparable } from '../../../shared/contract/exactJson.ts';
import { ImportError } from '../importedRecord.ts';
import { isoTime } from '../isoTime.ts';
import { type AtmlRule, type AtmlValue, datumOf, isMetBy, numbersOf, rulesOf, unitsOf, valueOf } from './atmlValues.ts';
import { at, childOf, childrenOf, type XmlElement } from './xmlElements.ts';

interface TimesOfRun {
  readonly startedAt: number;
  readonly timeOf: (step: XmlElement, attribute: string) => number | null;
}

/** What an outcome says: its value, or what TestStand adds to values that mean little. */
function wordOf(outcome: XmlElement | undefined): string | null {
  const { value, qualifier } = outcome?.attributes ?? {};
  if (value === undefined) return null;
  return ['UserDefined', 'Aborted', 'NotStarted'].includes(value) && qualifier ? qualifier : value;
}

const runOutcomes: Readonly<Record<string, string>> = {
  Passed: 'PASS',
  Failed: 'FAIL',
  Error: 'ERROR',
  Aborted: 'ABORTED',
  Terminated: 'ABORTED',
};

/** @throws ImportError if the outcome says neither pass nor fail, such as `Done` */
export function runOutcomeOf(outcome: XmlElement | undefined): string {
  const word = wordOf(outcome) ?? 'missing';
  const found = runOutcomes[word];
  if (found !== undefined) return found;
  throw new ImportError(
    `The outcome of the result is "${word}", and not one of ${Object.keys(runOutcomes).join(', ')}.`,
  );
}

/** A step that is done has nothing that could fail. */
const stepOutcomes: Readonly<Record<string, string>> = {
  Passed: 'PASS',
  Done: 'PASS',
  Failed: 'FAIL',
  Error: 'ERROR',
  Aborted: 'ERROR',
  Terminated: 'ERROR',
  Skipped: 'SKIP',
  NotStarted: 'SKIP',
};

export const nameOf = ({ name, attributes }: XmlElement): string =>
  attributes['callerName']?.trim() || attributes['name']?.trim() || name;

function stepOutcomeOf(step: XmlElement): string {
  const isAction = step.name === 'SessionAction';
  const word = wordOf(childOf(step, isAction ? 'ActionOutcome' : 'Outcome')) ?? (isAction ? 'Done' : 'missing');
  const found = stepOutcomes[word];
  if (found !== undefined) return found;
  throw new ImportError(
    `The outcome of step "${nameOf(step)}" (line ${step.line}) is "${word}", and not one of ${Object.keys(stepOutcomes).join(', ')}.`,
  );
}

interface Phase {
  readonly name: string;
  readonly outcome: string;
}

/** Each test and action is a phase, which has the names of the groups around it before its own. */
export function phasesOf(group: XmlElement, times: TimesOfRun, path: readonly string[] = []): Phase[] {
  return group.children.flatMap((step): Phase[] => {
    const name = [...path, nameOf(step)];
    if (step.name === 'Test' || step.name === 'SessionAction') return [phaseOf(step, name, times)];
    if (step.name !== 'TestGroup') return [];
    const phases = phasesOf(step, times, name);
    const outcome = childOf(step, 'Outcome') === undefined ? null : stepOutcomeOf(step);
    // A sequence can fail for a reason of its own, and one that was skipped has no steps.
    const isExplained = phases.some((each) => each.outcome === 'FAIL' || each.outcome === 'ERROR');
    const isOwnReason = (outcome === 'FAIL' || outcome === 'ERROR') && !isExplained;
    return phases.length === 0 || isOwnReason ? [...phases, phaseOf(step, name, times)] : phases;
  });
}

function phaseOf(step: XmlElement, path: readonly string[], { startedAt: runStarted, timeOf }: TimesOfRun) {
  const startedAt = timeOf(step, 'startDateTime') ?? runStarted;
  const seconds = Number(at(step, 'Extension', 'TSStepProperties', 'TotalTime')?.attributes['value'] ?? 0);
  const endedAt = timeOf(step, 'endDateTime') ?? startedAt + (Number.isFinite(seconds) ? seconds * 1000 : 0);
  const text = at(step, 'Extension', 'TSStepProperties', 'ReportText')?.text.trim();
  return {
    name: path.join(' / '),
    outcome: stepOutcomeOf(step),
    started_at: isoTime(startedAt),
    ended_at: isoTime(Math.max(startedAt, endedAt)),
    docstring: text || null,
    measurements: measurementsOf(step),
  };
}

/** Names that TestStand gives to the only result of a step. */
const generalName = /^(?:Numeric|String|PassFail|Boolean|Result|NumericArray|)$/i;

function measurementsOf(step: XmlElement): object[] {
  const results = childrenOf(step, 'TestResult');
  const stepName = nameOf(step);
  return results.map((result) => {
    const own = result.attributes['name']?.trim() ?? '';
    const name = generalName.test(own) ? stepName : own;
    const what = `"${name}" (line ${result.line})`;
    const datum = datumOf(result);
    const rules = rulesOf(at(result, 'TestLimits', 'Limits'), what);
    const isNumber = rules.some(({ expected_value }) => comparable(expected_value) !== null);
    const value = datum === undefined ? null : valueOf(datum, what, isNumber);
    const outcome = measuredOutcomeOf(step, result, results.length, rules, value);
    const units = unitsOf(datum) ?? unitsOf(at(result, 'TestLimits', 'Limits', 'SingleLimit', 'Datum'));
    const list = at(result, 'TestData', 'IndexedArray');
    const data = numbersOf(list);
    if (data !== null) {
      const y_axis = [{ data, units: unitsOf(list), validators: rules }];
      return { name, outcome, x_axis: { data: data.map((_, index) => index) }, y_axis };
    }
    const shown =
      list !== undefined
        ? childrenOf(list, 'Element').map(({ attributes, text }) => attributes['value'] ?? text.trim())
        : value;
    return { name, outcome, units, measured_value: shown, validators: rules };
  });
}

function measuredOutcomeOf(
  step: XmlElement,
  result: XmlElement,
  count: number,
  rules: readonly AtmlRule[],
  value: AtmlValue,
): 'PASS' | 'FAIL' | 'UNSET' {
  const said = wordOf(childOf(result, 'Outcome'));
  if (said !== null) return said === 'Passed' ? 'PASS' : said === 'Failed' ? 'FAIL' : 'UNSET';
  const ofStep = wordOf(childOf(step, 'Outcome'));
  if (ofStep !== 'Passed' && ofStep !== 'Failed') return 'UNSET';
  if (count === 1) return ofStep === 'Passed' ? 'PASS' : 'FAIL';
  if (rules.length === 0) return 'UNSET';
  if (ofStep === 'Passed') return 'PASS';
  // The step failed, and does not say by which of its results.
  const isMet = isMetBy(rules, value);
  return isMet === null ? 'UNSET' : isMet ? 'PASS' : 'FAIL';
}
