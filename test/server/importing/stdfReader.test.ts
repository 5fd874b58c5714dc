import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import type { ImportedRecord } from '../../../src/server/importing/importedRecord.ts';
import { readStdf } from '../../../src/server/importing/stdf/stdfReader.ts';
import { Calendar } from '../../../src/shared/uptime/uptimeCalendar.ts';
import { randomNumbers } from '../random.ts';
import { StdfWriter } from './stdfWriter.ts';

const seed = Number(process.env['IMPORT_SEED'] ?? Date.now() % 1_000_000);

const target = {
  procedure: { id: '0198c6f0-0000-7000-8000-000000000000' },
  partNumber: 'P',
  timeZone: new Calendar('UTC'),
  serialNumber: '{lot}-{part_id}',
};

/** Splits bytes at random, as files are read. */
function* pieces(bytes: Buffer, size: () => number): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = at + size();
    yield Buffer.from(bytes.subarray(at, end));
    at = end;
  }
}

async function recordsOf(bytes: Buffer, size = () => 65_536, more: object = {}): Promise<ImportedRecord[]> {
  const all: ImportedRecord[] = [];
  for await (const record of readStdf(() => Readable.from(pieces(bytes, size)), { ...target, ...more }))
    all.push(record);
  return all;
}

const goodOf = (records: readonly ImportedRecord[]) => records.flatMap((each) => ('problem' in each ? [] : [each]));
const problemsOf = (records: readonly ImportedRecord[]) => records.flatMap((each) => ('problem' in each ? [each] : []));

describe(`Reading STDF (IMPORT_SEED=${seed})`, () => {
  const random = randomNumbers(seed);
  const int = (most: number): number => Math.floor(random() * (most + 1));
  const pick = <T>(...all: [T, ...T[]]): T => all.at(int(all.length - 1)) ?? all[0];

  it('reads the values, limits and outcomes of random lots in both byte orders, in pieces of any size', async () => {
    for (let round = 0; round < 100; round++) {
      const writer = new StdfWriter(round % 2 === 0).begin({ startedAt: 1_700_000_000, lot: `L${round}` });
      const value = (): number => Math.fround(pick(0, -1e-9, 3.3, 1e30, random() * 200 - 100));
      const tests = Array.from({ length: 1 + int(4) }, (_, index) => ({
        number: 100 + index,
        text: pick('', `T${index}`, 'same'),
        low: pick(null, value()),
        high: pick(null, value()),
        units: pick('', 'V'),
      }));
      const written = new Set<number>();
      const expected: unknown[][] = [];
      const sites = 1 + int(2);
      for (let touchdown = 0; touchdown < 1 + int(3); touchdown++) {
        for (let site = 1; site <= sites; site++) writer.part(site);
        const values = Array.from({ length: sites }, () => [] as unknown[]);
        for (const test of tests) {
          for (let site = 1; site <= sites; site++) {
            if (random() < 0.2) continue;
            const result = pick(value(), value(), NaN, Infinity, -Infinity);
            const flags = pick(0, 0, 0x80, 0x40, 0x10, 0x02);
            const isFirst = !written.has(test.number);
            written.add(test.number);
            writer.parametric(site, { ...test, result, flags, isFirst });
            const outcome = flags === 0 || flags === 2 ? 'PASS' : flags === 0x80 ? 'FAIL' : 'UNSET';
            const hidden = flags === 0x10 || flags === 2;
            const limits = [test.low === null ? null : ['>=', test.low], test.high === null ? null : ['<=', test.high]];
            values[site - 1]?.push([
              test.number,
              outcome,
              hidden ? null : result,
              test.units || null,
              limits.filter((each) => each !== null),
            ]);
          }
        }
        for (let site = 1; site <= sites; site++) {
          const flags = pick(0, 8, 4);
          writer.result(site, { flags, partId: `${touchdown}.${site}`, duration: 10 * site });
          expected.push([
            `L${round}-${touchdown}.${site}`,
            flags === 0 ? 'PASS' : flags === 8 ? 'FAIL' : 'ABORTED',
            1_700_000_000_000 + touchdown * 10 * sites,
            values[site - 1],
          ]);
        }
      }
      const records = await recordsOf(writer.bytes(), () => 1 + int(50));
      assert.deepEqual(problemsOf(records), []);
      const texts = tests.map(({ text, number }) => (written.has(number) ? text : ''));
      const nameOf = (number: number): string => {
        const text = texts[number - 100] ?? '';
        if (text === '') return `Test ${number}`;
        return texts.filter((other) => other === text).length > 1 ? `${text} (${number})` : text;
      };
      const single = (value: unknown): unknown => (typeof value === 'number' ? Math.fround(value) : value);
      assert.deepEqual(
        goodOf(records).map(({ run }) => [
          run.serialNumber,
          run.outcome,
          run.startedAt,
          run.phases.flatMap(({ measurements }) =>
            measurements.map((each) => [
              each.name,
              each.outcome,
              single(each.measuredValue ?? null),
              each.units,
              each.validators.map(({ operator, expected_value }) => [operator, single(expected_value)]),
            ]),
          ),
        ]),
        expected.map(([serial, outcome, at, values]) => [
          serial,
          outcome,
          at,
          (values as [number, string, number | null, string | null, [string, number][]][]).map(([number, ...rest]) => {
            const [result] = [rest[1]];
            const stored =
              result === null || Number.isFinite(result)
                ? result
                : Number.isNaN(result)
                  ? 'nan'
                  : result > 0
                    ? 'inf'
                    : '-inf';
            return [nameOf(number), rest[0], stored, rest[2], rest[3]];
          }),
        ]),
      );
    }
  });

  it('reports the byte of the record at which a file is cut, wherever that is, and the parts without a result', async () => {
    const whole = readFileSync(join(import.meta.dirname, '../../fixtures/stdf/big.stdf'));
    const starts: number[] = [];
    for (let at = 0; at < whole.length; at += 4 + whole.readUInt16BE(at)) starts.push(at);
    const lengths: number[] = [];
    for (let end = 6; end < whole.length; end++) {
      const records = await recordsOf(whole.subarray(0, end), undefined, { serialNumber: '{part_id}' });
      lengths.push(goodOf(records).length);
      const cutIn = starts.findLast((start) => start < end) ?? 0;
      const isBetween = starts.includes(end);
      const cut = problemsOf(records).filter(({ problem }) => problem.startsWith('The file ends within a record'));
      assert.deepEqual(
        cut.map((each) => each.place),
        isBetween ? [] : [`@${cutIn}`],
        `cut at ${end}`,
      );
      const begun = [145, 151].filter((offset) => offset + 6 <= end).length;
      assert.equal(problemsOf(records).length - cut.length + goodOf(records).length, begun, `cut at ${end}`);
    }
    assert.deepEqual([...new Set(lengths)], [0, 1, 2]);
  });

  it('survives random damage, and never reads a part as passed that failed in the whole file', async () => {
    const whole = readFileSync(join(import.meta.dirname, '../../fixtures/stdf/little.stdf'));
    for (let round = 0; round < 500; round++) {
      const damaged = Buffer.from(whole);
      // The flags of parts are left, because any of their values means something.
      const at = 6 + int(whole.length - 7);
      const flags = [whole.indexOf('AMP-L-1') - 16, whole.indexOf('AMP-L-2') - 16];
      if (flags.includes(at)) continue;
      damaged[at] = int(255);
      for (const { run } of goodOf(await recordsOf(damaged, undefined, { serialNumber: null }))) {
        if (/^AMP-L-[12]$/.test(run.serialNumber)) assert.equal(run.outcome, 'FAIL', `byte ${at} is ${damaged[at]}`);
      }
    }
  });

  it('reads files that follow each other in one file, each with its own byte order and tests', async () => {
    const bytes = [true, false].map((isBig) =>
      new StdfWriter(isBig)
        .begin({ startedAt: 1_700_000_000, lot: `L${isBig}` })
        .part(1)
        .parametric(1, {
          number: 1,
          text: `T${isBig}`,
          result: 1,
          flags: 0,
          low: isBig ? 0 : null,
          high: null,
          units: '',
          isFirst: true,
        })
        .result(1, { flags: 0, partId: 'A', duration: 0 })
        .bytes(),
    );
    const runs = goodOf(await recordsOf(Buffer.concat(bytes)));
    assert.deepEqual(
      runs.map(({ run }) => [
        run.serialNumber,
        run.phases[0]?.measurements.map(({ name, validators }) => [name, validators.length]),
      ]),
      [['Ltrue-A', [['Ttrue', 1]]], ['Lfalse-A', [['Tfalse', 0]]]], // prettier-ignore
    );
  });

  it('reports a part without a beginning, a part that begins twice, a test of no part, and a part without a verdict', async () => {
    const test = { number: 1, text: 'T', result: 1, flags: 0, low: null, high: null, units: '', isFirst: true };
    const writer = new StdfWriter(false)
      .begin({ startedAt: 1_700_000_000, lot: 'L' })
      .result(1, { flags: 0, partId: 'A', duration: 0 })
      .part(1)
      .part(1)
      .parametric(2, test)
      .result(1, { flags: 16, partId: 'B', duration: 0 });
    const records = await recordsOf(writer.bytes());
    assert.deepEqual(goodOf(records), []);
    assert.deepEqual(
      problemsOf(records).map(({ problem }) => problem),
      [
        'The part has no beginning (PIR).',
        'The part begins here (PIR) and has no result (PRR).',
        'The test belongs to no part (PIR) of its head and site.',
        'Neither PART_FLG nor the hardware bin says whether the part passed.',
      ],
    );
  });

  it('refuses other versions of STDF and numbers of a VAX', async () => {
    const problems = async (cpu: number, version: number) =>
      problemsOf(await recordsOf(Buffer.from([2, 0, 0, 10, cpu, version]))).map(({ problem }) => problem);
    assert.match((await problems(2, 3)).join(), /STDF V3, and only V4/);
    assert.match((await problems(0, 4)).join(), /computer of type 0/);
    assert.deepEqual(await problems(2, 4), []);
  });
});
