import type { Report, ReportPhase } from '../contract/report.ts';
import { durationSeconds } from '../format/duration.ts';
import { lastAttempts } from '../run/attempts.ts';
import { limitsOf } from '../run/limits.ts';
import { attemptsOf, hasFailed, reasonsOf } from '../run/report.ts';
import { limitsText, measuredText, type ReportedValue } from '../run/results.ts';
import { exportedResults, operatorOf } from './runTables.ts';

type Finding = NonNullable<Report['findings']>[number];

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly details: readonly string[];
  readonly output: readonly string[];
}

/** Has a case for the last attempt at each phase, and one for the run if they would hide that it did not pass. */
export function junitXml(run: Report): string {
  const cases = casesOf(run);
  const count = (kind: Case['kind']): number => cases.filter((each) => each.kind === kind).length;
  const totals = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    time: timeText(secondsOf(run)),
  };
  const suite = { name: run.procedure.name, ...totals, skipped: count('skipped'), timestamp: run.started_at };
  const properties = propertiesOf(run).map(([name, value]) => element('property', { name, value }));
  const logs = run.logs.map(
    ({ timestamp, level, message, source_file, line_number }) =>
      `${timestamp} ${level} ${message}${source_file === '' ? '' : ` (${source_file}:${line_number})`}`,
  );
  const children = [
    element('properties', {}, properties.join('\n')),
    ...cases.map((each) => caseElement(each, run.procedure.name)),
    ...textElement('system-out', logs),
  ];
  const content = element('testsuite', suite, children.join('\n'));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', totals, content)}\n`;
}

function casesOf(run: Report): Case[] {
  const attempts = new Map(attemptsOf(run.phases).map((count, index) => [run.phases[index], count]));
  const names = new Set([runOutcome]);
  const cases = lastAttempts<ReportPhase>(run.phases).map((phase) =>
    phaseCase(run, phase, unusedName(phase.name, names), attempts.get(phase) ?? 1),
  );
  const outcome = outcomeCase(run);
  const isShown = cases.length === 0 || (outcome.kind !== 'passed' && !cases.some(({ kind }) => kind === outcome.kind));
  // No phase can be out of time or aborted, so that one that failed does not explain the run.
  const isOfRunOnly = run.outcome === 'TIMEOUT' || run.outcome === 'ABORTED';
  return isShown || isOfRunOnly ? [...cases, outcome] : cases;
}

const runOutcome = 'Run outcome';

/** CI servers such as GitLab keep one of several test cases with the same name: one that passed could hide a failed one. */
function unusedName(phase: string, used: Set<string>): string {
  const name = phase.trim() === '' ? '(unnamed)' : withXmlCharacters(phase);
  let unused = name;
  for (let count = 2; used.has(unused); count += 1) unused = `${name} (${count})`;
  used.add(unused);
  return unused;
}

function phaseCase(run: Report, phase: ReportPhase, name: string, attempts: number): Case {
  const results = phase.measurements.flatMap(exportedResults);
  const findings = (run.findings ?? []).filter(({ phase_id }) => phase_id === phase.id);
  const failed = results.filter(hasFailed).map(resultLine);
  const details = [...failed, ...findings.map(findingLine)];
  return {
    name,
    seconds: secondsOf(phase),
    kind: ({ PASS: 'passed', FAIL: 'failure', ERROR: 'error', SKIP: 'skipped' } as const)[phase.outcome],
    message: details[0] ?? `The phase ended with ${phase.outcome}.`,
    details,
    output: [...(attempts > 1 ? [`Attempt ${phase.retry_count + 1} of ${attempts}`] : []), ...results.map(resultLine)],
  };
}

function outcomeCase(run: Report): Case {
  const details = reasonsOf(run).map(findingLine);
  return {
    name: runOutcome,
    seconds: 0,
    kind: run.outcome === 'PASS' ? 'passed' : run.outcome === 'FAIL' ? 'failure' : 'error',
    message: details[0] ?? `The run ended with ${run.outcome}.`,
    details: [`The run ended with ${run.outcome}.`, ...details],
    output: [],
  };
}

function caseElement({ name, seconds, kind, message, details, output }: Case, classname: string): string {
  const type = { passed: '', failure: 'FAIL', error: 'ERROR', skipped: 'SKIP' }[kind];
  const outcome =
    kind === 'passed'
      ? []
      : [element(kind, { ...(kind === 'skipped' ? {} : { type }), message: firstLine(message) }, text(details))];
  const children = [...outcome, ...textElement('system-out', output)];
  return element('testcase', { name, classname, time: timeText(seconds) }, children.join('\n'));
}

function propertiesOf(run: Report): [name: string, value: string][] {
  const { unit, procedure } = run;
  const properties: [string, string | null | undefined][] = [
    ['run_id', run.id],
    ['outcome', run.outcome],
    ['serial_number', unit.serial_number],
    ['part_number', unit.part.number],
    ['revision', unit.part.revision.number],
    ['batch', unit.batch?.number],
    ['station', run.created_by_station?.name],
    ['operator', operatorOf(run)],
    ['procedure_id', procedure.id],
    ['procedure_version', procedure.version?.tag],
    ...Object.entries(run.metadata ?? {}).map(([key, value]): [string, string] => [`metadata.${key}`, String(value)]),
  ];
  return properties.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
}

/** Formats a result as in `voltage: 3.3 V, limits 3.2 ≤ x ≤ 3.4, PASS`. */
export function resultLine(result: ReportedValue): string {
  const { name, of, outcome, value, units, validators } = result;
  const measured = measuredText(value, limitsOf(validators)) ?? 'not measured';
  const limits = limitsText(validators);
  const parts = [
    `${of === null ? name : `${of} (${name})`}: ${measured}${units ? ` ${units}` : ''}`,
    ...(limits === '' ? [] : [`limits ${limits}`]),
    outcome,
  ];
  return parts.join(', ');
}

function findingLine({ title, message, source_file, line_number }: Finding): string {
  const place = source_file === null ? '' : ` (${source_file}:${line_number ?? 1})`;
  return `${[title, message].filter(Boolean).join(': ')}${place}`;
}

const secondsOf = ({ duration }: { duration: string }): number => durationSeconds(duration) ?? 0;

const timeText = (seconds: number): string => Math.max(0, seconds).toFixed(3);

const firstLine = (lines: string): string => lines.split('\n', 1)[0] ?? '';

const text = (lines: readonly string[]): string => escape(lines.join('\n'));

const textElement = (name: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [element(name, {}, text(lines))];

function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${attribute(String(value))}"`)];
  if (content === '') return `<${head.join(' ')}/>`;
  const isText = name !== 'testsuites' && name !== 'testsuite' && name !== 'testcase' && name !== 'properties';
  return isText ? `<${head.join(' ')}>${content}</${name}>` : `<${head.join(' ')}>\n${content}\n</${name}>`;
}

/** Everything else is no character of XML 1.0, not even as a reference: https://www.w3.org/TR/xml/#charsets */
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const withXmlCharacters = (value: string): string => value.replace(notXml, '\uFFFD');

/** Parsers read a carriage return as a line feed unless it is a reference. */
const escape = (value: string): string =>
  withXmlCharacters(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');

const attribute = (value: string): string =>
  escape(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
