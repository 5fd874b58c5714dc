import { openhtfRecord } from '../../shared/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../../shared/run/openhtfRun.ts';
import { type ImportedRecord, type ImportTarget, isEmpty, objectsIn, otherKeys, recordOf } from './importedRecord.ts';

const known = {
  record: Object.keys(openhtfRecord.shape),
  metadata: [...Object.keys(openhtfRecord.shape.metadata.unwrap().shape)],
  phase: Object.keys(openhtfRecord.shape.phases.element.shape).filter((key) => key !== 'attachments'),
  measurement: ['name', 'outcome', 'measured_value', 'units', 'docstring', 'validators', 'dimensions'],
  log: ['level', 'source', 'lineno', 'timestamp_millis', 'message'],
};

/** Reads a report of OpenHTF's `OutputToJSON`. A report without a start time is bad: nothing says when the test was. */
export function readOpenhtfRecord(content: unknown, place: string, target: ImportTarget): ImportedRecord {
  return recordOf(place, content, () => {
    const record = openhtfRecord.parse(content);
    const { metadata } = record;
    const part_number = metadata.part_number || target.partNumber;
    const run = openhtfRecordToNewRun(
      { ...record, metadata: { ...metadata, procedure_id: target.procedure.id, part_number } },
      NaN,
    );
    return { run, notStored: notStoredOf(content) };
  });
}

function notStoredOf(content: unknown): string[] {
  const [record] = objectsIn([content]);
  const phases = objectsIn(record?.['phases']);
  const procedure = objectsIn([record?.['metadata']])[0]?.['procedure_id'];
  return [
    ...new Set([
      ...otherKeys(record, known.record),
      ...otherKeys(record?.['code_info'], ['docstring'], 'code_info.'),
      ...otherKeys(record?.['metadata'], known.metadata, 'metadata.'),
      ...(isEmpty(procedure) ? [] : ['metadata.procedure_id']),
      ...phases.flatMap((phase) => otherKeys(phase, known.phase, 'phases.')),
      ...phases.flatMap((phase) => otherKeys(phase['codeinfo'], ['docstring'], 'phases.codeinfo.')),
      ...phases.flatMap((phase) =>
        objectsIn(phase['measurements']).flatMap((each) => otherKeys(each, known.measurement, 'phases.measurements.')),
      ),
      ...objectsIn(record?.['log_records']).flatMap((each) => otherKeys(each, known.log, 'log_records.')),
    ]),
  ];
}
