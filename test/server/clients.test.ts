import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, it } from 'mocha';
import * as z from 'zod';
import type { Run } from '../../src/shared/contract/runs.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { type TestStation, useServer } from './bench.ts';
import { pythons, runScript } from './pythons.ts';
import { temporaryFolder } from './support.ts';

/** What the OpenHTF record of openhtf_rich.py becomes, whichever versions wrote it. */
const richMeasurements = {
  voltage: [3.1, 'PASS', 'V', ['x >= 3', 'x <= 5', '(x >= 3.2)', '(x <= 4.8)']],
  current: [1.95, 'PASS', 'A', ["'x' is within 5% of 2.", "'x' is within 5% of 2."]],
  powered: [true, 'PASS', null, ['x == true']],
  firmware: ['1.2.7', 'PASS', null, ["x matches '^1\\.2'"]],
  checked: [7, 'PASS', null, ['custom check']],
  too_low: [9.5, 'FAIL', null, ['x >= 10']],
  not_a_number: ['nan', 'PASS', null, []],
};

type Measurement = Run['phases'][number]['measurements'][number];

const summary = (m: Measurement) => [
  m.measured_value,
  m.outcome,
  m.units,
  (m.validators ?? []).map(({ expression, is_decisive }) =>
    is_decisive ? expression.replace(' Marginal: None% of 2', '') : `(${expression})`,
  ),
];

describe('the official Python clients', function () {
  this.timeout(120_000);
  const bench = useServer();
  const folder = temporaryFolder();
  let procedure: string | undefined;
  let station: TestStation;
  let count = 0;

  beforeEach(async () => {
    procedure ??= await bench.procedure('Functional test', 'FVT1');
    station = await bench.station(`Bench ${(count += 1)}`, procedure);
  });

  const run = (python: string, script: string, ...args: string[]) =>
    runScript(python, script, { url: bench.server.url, key: station.key, args });

  /** The station's runs; each test has a station of its own. */
  const pushed = async (): Promise<Run[]> => {
    const { data } = await bench.user.call(runs.list, { query: { created_by_station_ids: station.id } });
    return Promise.all(data.map(({ id }) => bench.user.call(runs.get, { params: { id } })));
  };

  const onlyRun = async (): Promise<Run> => {
    const [only, ...others] = await pushed();
    assert.ok(only);
    assert.deepEqual(others, []);
    return only;
  };

  it('are named by TEST_PYTHONS', () => assert.ok(pythons().length > 0));

  for (const python of process.env.TEST_PYTHONS?.split(delimiter) ?? []) {
    describe(`of ${python}`, () => {
      it("push the run of the OpenHTF script as it stands on TofuPilot's Station page", async () => {
        const { code, output } = await run(python, 'openhtf_station_page.py');
        assert.equal(code, 0, output);
        const saved = await onlyRun();
        assert.equal(saved.outcome, 'PASS');
        assert.equal(saved.procedure.id, procedure);
        assert.equal(saved.unit.serial_number, 'SN-0001');
        assert.equal(saved.unit.part.number, 'PCBA01');
        assert.equal(saved.created_by_station?.id, station.id);
        assert.equal(saved.created_by_user, null);
        assert.deepEqual(
          saved.phases.map(({ name, outcome, retry_count }) => [name, outcome, retry_count]),
          [['phase_one', 'PASS', 0]],
        );
        assert.deepEqual(
          saved.attachments.map(({ is_report, content_type }) => [is_report, content_type]),
          [[true, 'application/json']],
        );
      });

      it('push the run of the smallest plain script', async () => {
        const { code, output } = await run(python, 'vanilla_fvt1.py');
        assert.equal(code, 0, output);
        const saved = await onlyRun();
        assert.deepEqual([saved.outcome, saved.duration, saved.phases[0]?.duration], ['PASS', 'PT1M45S', 'PT30S']);
        assert.match(output, /Run [0-9a-f-]{36} created/);
      });

      it("push nothing when it is run as it stands on TofuPilot's Station page, with a name that it does not define", async () => {
        const { code, output } = await run(python, 'vanilla_broken.py');
        assert.equal(code, 1);
        assert.match(output, /NameError: name 'phases' is not defined/);
        assert.deepEqual(await pushed(), []);
      });

      it('push all that an OpenHTF record holds', async () => {
        const { code, output } = await run(python, 'openhtf_rich.py');
        assert.equal(code, 0, output);
        const rich = await onlyRun();
        assert.equal(rich.outcome, 'FAIL');
        assert.equal(rich.procedure.version?.tag, '1.0.3');
        assert.deepEqual(
          [rich.unit.serial_number, rich.unit.part.number, rich.unit.part.revision.number, rich.unit.batch?.number],
          ['SN-RICH 1', 'PCBA02', 'C', 'B-7'],
        );
        assert.deepEqual(
          rich.phases.map(({ name, outcome, retry_count }) => `${name} ${retry_count} ${outcome}`),
          ['wait_for_meter 0 SKIP', 'wait_for_meter 1 SKIP', 'wait_for_meter 2 PASS', 'measure 0 FAIL', 'sweep 0 FAIL'],
        );
        const measured = (rich.phases[3]?.measurements ?? []).map((m) => [m.name, summary(m)]);
        assert.deepEqual(Object.fromEntries(measured), richMeasurements);
        const [curve, surface, neverSet] = rich.phases[4]?.measurements ?? [];
        const plain = { description: null, validators: null, aggregations: null };
        assert.deepEqual(curve?.data_series, [
          { name: 's', units: 's', data: [0, 1, 2], ...plain },
          { name: 'curve', units: 'V', data: [0, 1.5, 3], ...plain },
        ]);
        assert.deepEqual(surface?.measured_value, [
          [0, 50, 0],
          [1, 50, 1],
          [2, 50, 2],
        ]);
        assert.equal(surface.units, 's, Hz, V');
        assert.equal(neverSet?.outcome, 'UNSET');
        const warning = rich.logs.find(({ level }) => level === 'WARNING');
        assert.deepEqual([warning?.message, warning?.source_file], ['Rail is warm', 'openhtf_rich.py']);
      });

      it('upload attachments, whatever their names, which are read again through their address', async () => {
        await run(python, 'openhtf_rich.py');
        const { attachments } = await onlyRun();
        const contents = new Map<string, string>();
        for (const { name, download_url, size } of attachments.filter((attachment) => !attachment.is_report)) {
          const content = Buffer.from(await (await fetch(download_url ?? '')).arrayBuffer());
          assert.equal(content.length, size);
          contents.set(name, content.toString('latin1'));
        }
        assert.deepEqual(Object.fromEntries(contents), { note: 'hello bench', '../../escape': '\0\u0001binary' });
      });

      it('push and read all that create_run takes', async () => {
        const files = ['readings.csv', 'empty', 'Prüf "1".bin'].map((name) => join(folder, name));
        files.forEach((file, i) => writeFileSync(file, i === 1 ? '' : `content ${i}`));
        const { code, output } = await run(python, 'vanilla_rich.py', ...files);
        assert.equal(code, 0, output);
        const full = await onlyRun();
        assert.deepEqual(
          [full.outcome, full.started_at, full.ended_at, full.duration],
          ['FAIL', '2026-01-02T03:04:05.678Z', '2026-01-03T03:04:07.178Z', 'P1DT1.5S'],
        );
        const [voltage, nested] = full.phases[0]?.measurements ?? [];
        assert.deepEqual(
          voltage?.validators?.map((v) => [v.operator, v.expected_value, v.outcome]),
          [
            ['>=', 3.2, 'PASS'],
            ['<=', 3.4, 'FAIL'],
          ],
        );
        assert.deepEqual(nested?.measured_value, { a: [1, null, true] });
        assert.equal(full.logs[0]?.timestamp, '2026-01-02T03:04:06.000Z');
        assert.deepEqual(
          full.attachments.map(({ name, size }) => [name, size]),
          [
            ['readings.csv', 9],
            ['empty', 0],
            ['Prüf "1".bin', 9],
          ],
        );
        const line = output.split('\n').find((text) => text.startsWith('{'));
        const v1Run = z.object({
          id: z.string(),
          outcome: z.string(),
          unit: z.object({
            serial_number: z.string(),
            revision: z.object({ component: z.object({ part_number: z.string() }) }),
          }),
          procedure_version: z.object({ value: z.string() }),
        });
        const read = z
          .object({
            created: z.object({ id: z.string(), success: z.literal(true) }),
            read: z.object({ result: z.array(v1Run) }),
          })
          .parse(JSON.parse(line ?? ''));
        const own = read.read.result.find(({ id }) => id === full.id);
        assert.equal(read.created.id, full.id);
        assert.deepEqual(
          [
            own?.outcome,
            own?.unit.serial_number,
            own?.unit.revision.component.part_number,
            own?.procedure_version.value,
          ],
          ['FAIL', 'SN-V', 'PCBA03', '2.0'],
        );
      });

      it('show the reason when the station is not linked to the procedure', async () => {
        station = await bench.station(`Stranger ${count}`);
        for (const script of ['openhtf_fvt1.py', 'vanilla_fvt1.py']) {
          const { output } = await run(python, script);
          assert.match(
            output,
            new RegExp(
              `Station "Stranger ${count}" is not authorized to push runs of procedure "FVT1": it is not linked`,
            ),
          );
        }
        assert.deepEqual(await pushed(), []);
      });

      it('show the reason when the key is unknown', async () => {
        station = { ...station, key: 'tss_of-another-server' };
        const { output } = await run(python, 'vanilla_fvt1.py');
        assert.match(output, /This API key is not known here/);
      });
    });
  }
});
