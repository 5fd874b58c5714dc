import { createHash } from 'node:crypto';
import { revisionNumber, versionTag } from '../../../shared/contract/numbers.ts';
import type { Calendar } from '../../../shared/uptime/uptimeCalendar.ts';
import {
  type ImportedRecord,
  ImportError,
  type ImportTarget,
  recordOf,
  runOfBody,
  withoutEmpty,
} from '../importedRecord.ts';
import { isoTime } from '../isoTime.ts';
import { required, StdfFields } from './stdfFields.ts';
import { type LotInformation, type LotSummary, readLotInformation, readLotSummaries } from './stdfLot.ts';
import { isCounter, serialNumberOf } from './stdfSerial.ts';
import { StdfEndError, type StdfRecord, stdfRecords, stdfType } from './stdfStream.ts';
import { siteOf, siteOfTest, type StdfTest, StdfTests } from './stdfTests.ts';

interface Lot {
  readonly information: LotInformation;
  readonly summary: LotSummary;
  readonly tests: StdfTests;
  readonly isCounter: boolean;
  readonly mark: string;
}

interface Wafer {
  readonly id: string;
  readonly mark: string;
}

interface Part {
  readonly offset: number;
  readonly startedAt: number;
  readonly marks: ReturnType<typeof createHash>;
  readonly tests: (StdfTest & { readonly section: string })[];
  problem: string | null;
}

/** Reads a file in STDF V4 twice: the names of bins and tests follow the parts. @returns the parts as results */
export async function* readStdf(
  open: () => AsyncIterable<Buffer>,
  target: ImportTarget,
): AsyncGenerator<ImportedRecord> {
  const { timeZone } = target;
  if (timeZone === null) {
    throw new ImportError('Times in STDF are those of the clock of the tester. Name its time zone: --time-zone NAME.');
  }
  const reader = new StdfReader(await readLotSummaries(open()), target, timeZone);
  try {
    for await (const record of stdfRecords(open())) yield* reader.read(record);
  } catch (error) {
    if (!(error instanceof StdfEndError)) throw error;
    yield { place: placeOf(error.offset), problem: error.message };
  }
  yield* reader.endLot();
}

const placeOf = (offset: number): string => `@${offset}`;

class StdfReader {
  readonly #summaries: LotSummary[];
  readonly #target: ImportTarget;
  readonly #timeZone: Calendar;
  #lot: Lot | null = null;
  #parts = new Map<string, Part>();
  #wafers = new Map<number, Wafer>();
  /** The time until which parts were tested on each head, in milliseconds since 1970. */
  #times = new Map<number, number>();
  #sections: string[] = [];
  #hasParts = false;

  constructor(summaries: readonly LotSummary[], target: ImportTarget, timeZone: Calendar) {
    this.#summaries = [...summaries];
    this.#timeZone = timeZone;
    this.#target = target;
  }

  *read(record: StdfRecord): Generator<ImportedRecord> {
    try {
      yield* this.#read(record);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      yield { place: placeOf(record.offset), problem: error.message };
    }
  }

  *#read(record: StdfRecord): Generator<ImportedRecord> {
    switch (record.type) {
      case stdfType.MIR:
        yield* this.endLot();
        this.#beginLot(record);
        break;
      case stdfType.WIR:
        this.#beginWafer(record);
        break;
      case stdfType.WRR:
        this.#wafers.delete(new StdfFields(record).u1() ?? 1);
        break;
      case stdfType.BPS:
        this.#sections.push(new StdfFields(record).cn() || 'Section');
        break;
      case stdfType.EPS:
        this.#sections.pop();
        break;
      case stdfType.PIR:
        yield* this.#beginPart(record);
        break;
      case stdfType.PTR:
      case stdfType.FTR:
      case stdfType.MPR:
        this.#addTest(record);
        break;
      case stdfType.PRR:
        yield this.#endPart(record);
        break;
    }
  }

  *endLot(): Generator<ImportedRecord> {
    for (const { offset } of this.#parts.values()) yield withoutResult(offset);
    this.#lot = null;
    this.#parts = new Map();
    this.#wafers = new Map();
    this.#times = new Map();
    this.#sections = [];
    this.#hasParts = false;
  }

  #beginLot(record: StdfRecord): void {
    const summary = this.#summaries.shift();
    if (summary === undefined) throw new ImportError('The file has changed while it was read.');
    const information = readLotInformation(record);
    if (information.startedAt === 0) throw new ImportError('The lot has no START_T: nothing says when it was tested.');
    const mark = createHash('sha256').update(record.body).digest('hex');
    this.#lot = { information, summary, tests: new StdfTests(summary), isCounter: isCounter(summary), mark };
  }

  #beginWafer(record: StdfRecord): void {
    const fields = new StdfFields(record);
    const head = fields.u1() ?? 1;
    fields.u1();
    const startedAt = fields.u4() ?? 0;
    const id = fields.cn();
    this.#wafers.set(head, { id, mark: createHash('sha256').update(record.body).digest('hex') });
    if (startedAt > 0) this.#times.set(head, this.#millisOf(startedAt));
  }

  /** Times of STDF are those of the tester's clock, counted as if its time zone were UTC. */
  #millisOf(seconds: number): number {
    const date = new Date(seconds * 1000).toISOString().slice(0, 10);
    const midnight = Date.parse(`${date}T00:00:00Z`) / 1000;
    const minutes = Math.floor((seconds - midnight) / 60);
    return this.#timeZone.instantOf(date, minutes) + ((seconds - midnight) % 60) * 1000;
  }

  *#beginPart(record: StdfRecord): Generator<ImportedRecord> {
    const fields = new StdfFields(record);
    const [head, site] = [required(fields.u1(), 'HEAD_NUM'), required(fields.u1(), 'SITE_NUM')];
    const key = siteOf(head, site);
    const earlier = this.#parts.get(key);
    if (earlier !== undefined) {
      this.#parts.delete(key);
      yield withoutResult(earlier.offset);
    }
    if (this.#lot === null) return;
    const { information } = this.#lot;
    this.#hasParts = true;
    // Parts that are on a head at the same time are tested in parallel.
    const parallel = [...this.#parts].find(([other]) => other.startsWith(`${head}.`));
    const startedAt = parallel?.[1].startedAt ?? this.#times.get(head) ?? this.#millisOf(information.startedAt);
    this.#parts.set(key, {
      offset: record.offset,
      startedAt,
      marks: createHash('sha256'),
      tests: [],
      problem: null,
    });
  }

  #addTest(record: StdfRecord): void {
    if (this.#lot === null) return;
    const { tests } = this.#lot;
    const part = this.#parts.get(siteOfTest(record));
    if (part === undefined) {
      const { isExecuted, measurements } = tests.read(record);
      // The first record of a test may be outside of a part to say its limits.
      const hasResult =
        isExecuted &&
        measurements.some(({ outcome, measured_value }) => outcome !== 'UNSET' && measured_value !== null);
      if (hasResult && this.#hasParts) throw new ImportError('The test belongs to no part (PIR) of its head and site.');
      return;
    }
    part.marks.update(String(record.type)).update(record.body);
    try {
      part.tests.push({ ...tests.read(record), section: this.#sections.join(' / ') || 'Measurements' });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      part.problem ??= `Its test record at byte ${record.offset} is damaged: ${error.message}`;
    }
  }

  #endPart(record: StdfRecord): ImportedRecord {
    const lot = this.#lot;
    if (lot === null) throw new ImportError('The part belongs to no lot (MIR) that can be read.');
    const fields = new StdfFields(record);
    const [head, site] = [required(fields.u1(), 'HEAD_NUM'), required(fields.u1(), 'SITE_NUM')];
    const part = this.#parts.get(siteOf(head, site));
    if (part === undefined) throw new ImportError('The part has no beginning (PIR).');
    this.#parts.delete(siteOf(head, site));
    const flags = required(fields.u1(), 'PART_FLG');
    const count = fields.u2();
    const [hardBin, softBin, x, y] = [fields.u2(), fields.u2(), fields.i2(), fields.i2()];
    const duration = fields.u4() ?? 0;
    const [id, text] = [fields.cn(), fields.cn()];
    const endedAt = part.startedAt + duration;
    this.#times.set(head, Math.max(endedAt, this.#times.get(head) ?? 0));
    const wafer = this.#wafers.get(head);
    part.marks.update(record.body);
    const content = [lot.mark, wafer?.mark ?? null, part.marks.digest('hex')];
    const coordinates = { x: coordinate(x), y: coordinate(y) };
    return recordOf(placeOf(part.offset), content, () => {
      if (part.problem !== null) throw new ImportError(part.problem);
      const { information, summary } = lot;
      const names = {
        lot: information.lot,
        sublot: information.sublot,
        wafer: wafer?.id ?? '',
        part_id: id,
        ...coordinates,
      };
      const metadata = {
        ...information.metadata,
        wafer: wafer?.id,
        ...coordinates,
        head,
        site,
        ...binOf('hard_bin', hardBin, summary.hardBins),
        ...binOf('soft_bin', softBin, summary.softBins),
        part_id: id,
        part_text: text,
        tests: count,
        is_retest: (flags & 3) !== 0 ? true : null,
      };
      const revision = revisionNumber.safeParse(information.designRevision).data;
      const version = versionTag.safeParse(information.jobRevision).data;
      const body = {
        procedure_id: this.#target.procedure.id,
        serial_number: serialNumberOf(names, this.#target.serialNumber, lot.isCounter),
        part_number: information.part || this.#target.partNumber,
        revision_number: revision ?? null,
        batch_number: information.lot.replace(/[^A-Za-z0-9_.:+-]+/g, '-').slice(0, 100) || null,
        procedure_version: version ?? null,
        outcome: outcomeOf(flags, summary.hardBins.get(hardBin ?? -1)?.passFail),
        started_at: isoTime(part.startedAt),
        ended_at: isoTime(endedAt),
        phases: phasesOf(part, endedAt),
        metadata: withoutEmpty(metadata),
      };
      const notStored = [...summary.unread, ...part.tests.flatMap((test) => test.notStored)];
      return { run: runOfBody(body), notStored: [...new Set(notStored)] };
    });
  }
}

const withoutResult = (offset: number): ImportedRecord => ({
  place: placeOf(offset),
  problem: 'The part begins here (PIR) and has no result (PRR).',
});

const coordinate = (value: number | null): number | null => (value === -32768 ? null : value);

function binOf(key: string, number: number | null, bins: LotSummary['hardBins']) {
  if (number === null || number === 65535) return {};
  return { [key]: number, [`${key}_name`]: bins.get(number)?.name };
}

/** Bits of PART_FLG: 2 abnormal end, 3 failed, 4: bit 3 says nothing, so the bin is asked. @throws ImportError if it says nothing */
function outcomeOf(flags: number, passFail: string | undefined): string {
  if ((flags & 4) !== 0) return 'ABORTED';
  if ((flags & 16) === 0) return (flags & 8) !== 0 ? 'FAIL' : 'PASS';
  if (passFail === 'P') return 'PASS';
  if (passFail === 'F') return 'FAIL';
  throw new ImportError('Neither PART_FLG nor the hardware bin says whether the part passed.');
}

function phasesOf({ startedAt, tests }: Part, endedAt: number) {
  return [...Map.groupBy(tests, ({ section }) => section)].map(([name, all]) => {
    const measurements = all.flatMap((test) => test.measurements);
    const isFailed = measurements.some((each) => each.outcome === 'FAIL');
    const isSkipped = !all.some(({ isExecuted }) => isExecuted);
    return {
      name,
      outcome: isFailed ? 'FAIL' : isSkipped ? 'SKIP' : 'PASS',
      started_at: isoTime(startedAt),
      ended_at: isoTime(endedAt),
      measurements,
    };
  });
}
