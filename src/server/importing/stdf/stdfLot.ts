import { withoutEmpty } from '../importedRecord.ts';
import { required, StdfFields } from './stdfFields.ts';
import { type StdfRecord, stdfRecords, stdfType } from './stdfStream.ts';

/** What the Master Information Record says of a lot. Texts that are not there are empty. */
export interface LotInformation {
  readonly startedAt: number;
  readonly lot: string;
  readonly sublot: string;
  readonly part: string;
  readonly designRevision: string;
  readonly jobRevision: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export function readLotInformation(record: StdfRecord): LotInformation {
  const fields = new StdfFields(record);
  fields.u4();
  const startedAt = required(fields.u4(), 'START_T');
  fields.u1();
  const modes = { test_mode: fields.c1(), retest_code: fields.c1() };
  fields.skip(Math.min(4, Math.max(0, record.body.length - 11))); // PROT_COD, BURN_TIM, CMOD_COD
  const [lot, part, node, tester, job, jobRevision, sublot, operator] = texts(fields, 8);
  const [, , testCode, temperature, , , packageType, family, , facility, floor, process] = texts(fields, 12);
  const [, , , flow, setup, designRevision = ''] = texts(fields, 6);
  const metadata = {
    ...modes,
    lot,
    sublot,
    tester: node,
    tester_type: tester,
    job,
    operator,
    test_code: testCode,
    temperature,
    package: packageType,
    family,
    facility,
    floor,
    process,
    flow,
    setup,
  };
  return {
    startedAt,
    lot: lot ?? '',
    sublot: sublot ?? '',
    part: part ?? '',
    designRevision,
    jobRevision: jobRevision ?? '',
    metadata: withoutEmpty(metadata),
  };
}

const texts = (fields: StdfFields, count: number): string[] => Array.from({ length: count }, () => fields.cn());

export interface Bin {
  readonly name: string;
  /** `P` or `F`; empty if it is unknown. */
  readonly passFail: string;
}

/** What a lot says at its end about all its parts, and what has to be known of all its tests to name them. */
export interface LotSummary {
  readonly hardBins: Map<number, Bin>;
  readonly softBins: Map<number, Bin>;
  readonly testNames: Map<number, string>;
  readonly firstTexts: Map<number, string>;
  readonly numbersOfText: Map<string, Set<number>>;
  readonly pins: Map<number, string>;
  readonly unread: Set<string>;
  readonly partIds: Set<string>;
  parts: number;
}

const newSummary = (): LotSummary => ({
  hardBins: new Map(),
  softBins: new Map(),
  testNames: new Map(),
  firstTexts: new Map(),
  numbersOfText: new Map(),
  pins: new Map(),
  unread: new Set(),
  partIds: new Set(),
  parts: 0,
});

const read: ReadonlySet<number> = new Set(Object.values(stdfType));
const otherNames = new Map([
  [0x0014, 'ATR'],
  [0x011e, 'PCR'],
  [0x013e, 'PGR'],
  [0x013f, 'PLR'],
  [0x0146, 'RDR'],
  [0x0150, 'SDR'],
  [0x021e, 'WCR'],
  [0x320a, 'GDR'],
  [0x321e, 'DTR'],
]);

/** Reads a whole file for the summary of each of its lots. An end that cannot be read is left to the second reading. */
export async function readLotSummaries(chunks: AsyncIterable<Buffer>): Promise<LotSummary[]> {
  const all: LotSummary[] = [];
  try {
    for await (const record of stdfRecords(chunks)) {
      if (record.type === stdfType.MIR) all.push(newSummary());
      const summary = all.at(-1);
      if (summary !== undefined) tryToNote(summary, record);
    }
  } catch {
    // The second reading reports it with its place.
  }
  return all;
}

function tryToNote(summary: LotSummary, record: StdfRecord): void {
  try {
    note(summary, record);
  } catch {
    // The second reading reports a damaged record with its place if it belongs to a part.
  }
}

function note(summary: LotSummary, record: StdfRecord): void {
  const fields = new StdfFields(record);
  const { type } = record;
  if (!read.has(type)) {
    summary.unread.add(otherNames.get(type) ?? `record ${type >> 8}.${type & 255}`);
  } else if (type === stdfType.HBR || type === stdfType.SBR) {
    fields.skip(2);
    const number = required(fields.u2(), 'bin');
    fields.u4();
    const bin = { passFail: fields.c1(), name: fields.cn() };
    const bins = type === stdfType.HBR ? summary.hardBins : summary.softBins;
    const known = bins.get(number);
    bins.set(number, { passFail: known?.passFail || bin.passFail, name: known?.name || bin.name });
  } else if (type === stdfType.TSR) {
    fields.skip(3);
    const number = required(fields.u4(), 'TEST_NUM');
    fields.skip(Math.min(12, Math.max(0, record.body.length - 7)));
    const name = fields.cn();
    if (name !== '' && !summary.testNames.has(number)) summary.testNames.set(number, name);
  } else if (type === stdfType.PMR) {
    const index = required(fields.u2(), 'PMR_INDX');
    fields.u2();
    const [channel, physical, logical] = texts(fields, 3);
    const name = logical || physical || channel;
    if (name) summary.pins.set(index, name);
  } else if (type === stdfType.PRR) {
    summary.parts += 1;
    fields.skip(17);
    summary.partIds.add(fields.cn());
  } else if (type === stdfType.PTR || type === stdfType.FTR || type === stdfType.MPR) {
    const { number, text } = readTestText(record);
    if (text === '') return;
    if (!summary.firstTexts.has(number)) summary.firstTexts.set(number, text);
    const numbers = summary.numbersOfText.get(text) ?? new Set();
    summary.numbersOfText.set(text, numbers.add(number));
  }
}

/** Returns the number and the text of a test record, which are at different places in the three kinds. */
function readTestText(record: StdfRecord): { number: number; text: string } {
  const fields = new StdfFields(record);
  const number = required(fields.u4(), 'TEST_NUM');
  fields.skip(3); // HEAD_NUM, SITE_NUM, TEST_FLG
  fields.u1(); // PARM_FLG, or OPT_FLAG of FTR
  if (record.type === stdfType.PTR) fields.r4();
  if (record.type === stdfType.MPR) {
    const [states, results] = [fields.u2() ?? 0, fields.u2() ?? 0];
    fields.nibbles(states);
    fields.skip(4 * results);
  }
  if (record.type === stdfType.FTR) skipToFunctionalText(fields);
  return { number, text: fields.cn() };
}

/** From CYCL_CNT to OP_CODE. */
export function skipToFunctionalText(fields: StdfFields): void {
  for (let index = 0; index < 6; index++) fields.u4();
  fields.i2();
  const [returned, programmed] = [fields.u2() ?? 0, fields.u2() ?? 0];
  for (const count of [returned, programmed]) {
    fields.skip(2 * count);
    fields.nibbles(count);
  }
  fields.skipBits();
  texts(fields, 3);
}

/** Returns the name of a test, which is the same for all parts of the lot. */
export function testName(summary: LotSummary, number: number, text: string): string {
  const said = text || summary.firstTexts.get(number) || summary.testNames.get(number) || '';
  if (said === '') return `Test ${number}`;
  return (summary.numbersOfText.get(said)?.size ?? 0) > 1 ? `${said} (${number})` : said;
}
