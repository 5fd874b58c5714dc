import {
  type ImportedRecord,
  ImportError,
  type ImportTarget,
  recordOf,
  runOfBody,
  withoutEmpty,
} from '../importedRecord.ts';
import { isoTime, parseIsoTime } from '../isoTime.ts';
import { nameOf, phasesOf, runOutcomeOf } from './atmlSteps.ts';
import { at, childOf, childrenOf, textOf, type XmlElement, xmlElements, XmlError } from './xmlElements.ts';

/** Reads ATML Test Results (IEEE 1636.1), as NI TestStand writes them. Each `TestResults` element is a result. */
export async function* readAtml(chunks: AsyncIterable<Buffer>, target: ImportTarget): AsyncGenerator<ImportedRecord> {
  try {
    for await (const element of xmlElements(chunks, 'TestResults', isTestResults)) {
      yield recordOf(`:${element.line}`, contentOf(element), () => ({
        run: runOfBody(bodyOf(element, target)),
        notStored: notStoredOf(element),
      }));
    }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    yield { place: `:${error.line}`, problem: error.message };
  }
}

/** The namespaces of the editions: `http://www.ieee.org/ATML/2007/TestResults`, `urn:IEEE-1636.1:2011:01:TestResults` and later. */
const isTestResults = (name: string, namespace: string): boolean =>
  /^TestResults(?:Collection)?$/.test(name) && /TestResults(?:Collection)?$/.test(namespace);

/** The same result again has other lines if it is in another file. */
const contentOf = ({ name, attributes, children, text }: XmlElement): unknown => [
  name,
  attributes,
  text.trim(),
  children.map(contentOf),
];

function bodyOf(element: XmlElement, { procedure, partNumber, timeZone }: ImportTarget): unknown {
  const [resultSet, ...others] = childrenOf(element, 'ResultSet');
  if (resultSet === undefined) throw new ImportError('The result has no ResultSet.');
  if (others.length > 0) throw new ImportError('The result has several ResultSets.');
  const timeOf = (step: XmlElement, attribute: string): number | null => {
    const text = step.attributes[attribute]?.trim();
    if (!text) return null;
    return parseIsoTime(text, timeZone, `${attribute} of "${nameOf(step)}"`, 'Name it: --time-zone NAME.');
  };
  const startedAt = timeOf(resultSet, 'startDateTime');
  if (startedAt === null) throw new ImportError('The ResultSet has no startDateTime.');
  const endedAt = timeOf(resultSet, 'endDateTime') ?? startedAt;
  const unit = childOf(element, 'UUT');
  const properties = at(resultSet, 'Extension', 'TSResultSetProperties');
  const station = childOf(element, 'TestStation');
  const operator = at(element, 'Personnel', 'SystemOperator') ?? childOf(element, 'SystemOperator');
  const metadata = {
    atml_id: element.attributes['uuid'],
    sequence: resultSet.attributes['name'],
    machine: textOf(childOf(station, 'SerialNumber')),
    operator: operator?.attributes['name'] ?? operator?.attributes['ID'],
    socket: childOf(properties, 'TestSocketIndex')?.attributes['value'],
  };
  return {
    procedure_id: procedure.id,
    serial_number: textOf(childOf(unit, 'SerialNumber')) ?? '',
    part_number: partNumberOf(unit) ?? partNumber,
    batch_number: textOf(childOf(properties, 'BatchSerialNumber')),
    outcome: runOutcomeOf(childOf(resultSet, 'Outcome')),
    started_at: isoTime(startedAt),
    ended_at: isoTime(endedAt),
    phases: phasesOf(resultSet, { startedAt, timeOf }),
    metadata: withoutEmpty(metadata),
  };
}

function partNumberOf(unit: XmlElement | undefined): string | null {
  const numbers = childrenOf(at(unit, 'Definition', 'Identification', 'IdentificationNumbers'), 'IdentificationNumber');
  const isPart = ({ attributes }: XmlElement): boolean =>
    [attributes['type'], attributes['qualifier']].some((each) => each?.toLowerCase() === 'part');
  return (numbers.find(isPart) ?? numbers[0])?.attributes['number']?.trim() || null;
}

const known = ['ResultSet', 'UUT', 'TestStation', 'Personnel', 'SystemOperator', 'Extension'];

function notStoredOf(element: XmlElement): string[] {
  const fields = new Set(element.children.filter(({ name }) => !known.includes(name)).map(({ name }) => name));
  const visit = (step: XmlElement): void => {
    for (const child of step.children) {
      if (['Test', 'TestGroup', 'SessionAction'].includes(child.name)) visit(child);
      if (['Data', 'Parameters'].includes(child.name)) fields.add(`${step.name}.${child.name}`);
      if (child.name === 'TestResult' && at(child, 'TestData') !== undefined) {
        const other = at(child, 'TestData')?.children.find(({ name }) => name !== 'Datum' && name !== 'IndexedArray');
        if (other !== undefined) fields.add(`TestData.${other.name}`);
      }
    }
  };
  for (const resultSet of childrenOf(element, 'ResultSet')) visit(resultSet);
  return [...fields];
}
