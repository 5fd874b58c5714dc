import assert from 'node:assert/strict';
import { delimiter, resolve } from 'node:path';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { measurements } from '../../src/shared/contract/explorer.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { reportOf } from '../../src/shared/run/report.ts';
import { adminKey, type TestStation, useServer } from './bench.ts';
import { pythons, runScript } from './pythons.ts';
import { send } from './requests.ts';
import { passedRun, runAt } from './runs.ts';

/** Integers that a `number` rounds. */
const long = ['9007199254740993', '-9007199254740995', '18446744073709551615', '123456789012345678901234567890'];

describe('what is pushed', function () {
  this.timeout(60_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  /** Pushes JSON text, and returns the run as the server writes it. */
  const push = async (path: string, body: string): Promise<{ id: string; text: string }> => {
    const pushed = await send(bench.server.url, 'POST', path, { key: station.key, body });
    assert.equal(pushed.status, 200, pushed.text);
    const { id } = idAnswer.parse(pushed.json());
    const { text } = await send(bench.server.url, 'GET', `/api/v2/runs/${id}`, { key: adminKey });
    return { id, text };
  };
  const imported = async (report: string): Promise<{ id: string; text: string }> => {
    const { id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name: 'report.json' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: report })).status, 200);
    return push('/api/v1/import', JSON.stringify({ upload_id: id, importer: 'OPENHTF' }));
  };
  /** JSON text of a body in which the text `#` stands for JSON. */
  const withJson = (body: unknown, json: string): string => JSON.stringify(body).replace('"#"', json);

  const v1Body = (json: string) =>
    withJson(
      {
        ...passedRun('FVT1', 'Long v1'),
        phases: [{ name: 'check', outcome: 'PASS', start_time_millis: 1, end_time_millis: 2, measurements: '#' }],
      },
      json,
    );
  const v2Body = (json: string) =>
    withJson(
      {
        ...runAt(procedure, 'Long v2', 'PASS', 0),
        phases: [
          {
            name: 'check',
            outcome: 'PASS',
            started_at: '2026-01-01T00:00:00Z',
            ended_at: '2026-01-01T00:00:01Z',
            measurements: '#',
          },
        ],
      },
      json,
    );
  const report = (json: string) =>
    withJson(
      {
        dut_id: 'Long report',
        outcome: 'PASS',
        start_time_millis: 1,
        end_time_millis: 2,
        metadata: { procedure_id: 'FVT1', part_number: 'PCBA01' },
        phases: [{ name: 'check', outcome: 'PASS', measurements: '#' }],
      },
      json,
    );

  it('keeps all digits of integers, as values, limits and points of curves, on every way', async () => {
    for (const digits of long) {
      const both = `"lower_limit":${digits},"upper_limit":${digits}`;
      const nested = `{"name":"nested","outcome":"PASS","measured_value":{"a":[${digits},1.5]}}`;
      const value = `{"name":"value","outcome":"PASS","measured_value":${digits},${both}}`;
      const points = `"data":[${digits},0.5]`;
      const curve = `{"name":"curve","outcome":"PASS","x_axis":{${points}},"y_axis":[{${points}}]}`;
      const mean = `{"name":"mean","outcome":"PASS","aggregations":[{"type":"mean","value":${digits}}]}`;
      const validators = `["x >= ${digits}","${digits} <= x <= ${digits}"]`;
      const openhtf = `{"value":{"name":"value","outcome":"PASS","measured_value":${digits},"validators":${validators}}}`;
      for (const [{ id, text }, times] of [
        [await push('/api/v1/runs', v1Body(`[${value},${nested}]`)), 4],
        [await push('/api/v2/runs', v2Body(`[${value},${nested},${curve},${mean}]`)), 7],
        [await imported(report(openhtf)), 3],
      ] as const) {
        // A number, and not a text: no digit and no quotation mark beside it.
        const found = text.match(new RegExp(`(?<![\\d"-])${digits}(?![\\d"])`, 'g')) ?? [];
        assert.equal(found.length, times, text);
        const run = await new StationApi(bench.server.url, adminKey).call(runs.get, { params: { id } });
        const shown = JSON.stringify(reportOf(run).phases.map((phase) => phase.measurements[0]?.measured_value));
        assert.equal(shown, `["${digits}"]`);
      }
      const query = `procedure_id=${procedure}&measurement_name=value&limit=1`;
      const rows = await send(bench.server.url, 'GET', `${measurements.list.path}?${query}`, { key: adminKey });
      assert.match(rows.text, new RegExp(`"value":${digits},`));
    }
  });

  it('evaluates long integers by their exact values', async () => {
    const value = (outcome: string) =>
      `[{"name":"id","outcome":"${outcome}","measured_value":9007199254740993,"upper_limit":9007199254740992,"lower_limit":1}]`;
    const { text } = await push('/api/v1/runs', v1Body(value('FAIL')));
    const [measurement] = runs.get.answer.parse(JSON.parse(text)).phases[0]?.measurements ?? [];
    assert.deepEqual(measurement?.validators?.map(({ outcome }) => outcome), ['PASS', 'FAIL']); // prettier-ignore
  });

  it('keeps the serial number of a report that is a long integer', async () => {
    const body = JSON.stringify({ ...JSON.parse(report('{}')), dut_id: '#' }).replace('"#"', '9007199254740993');
    const { id } = await imported(body);
    assert.equal((await bench.user.call(runs.get, { params: { id } })).unit.serial_number, '9007199254740993');
  });

  it('is refused with a sentence where a long integer cannot be kept', async () => {
    const body = withJson({ ...runAt(procedure, 'Metadata', 'PASS', 0), metadata: { id: '#' } }, long[0] ?? '');
    const reply = await send(bench.server.url, 'POST', '/api/v2/runs', { key: station.key, body });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /an integer up to 2\^53/);
  });

  it('on v1 with rows of two columns and a unit for each is the curve that a report has of them', async () => {
    const rows = [[0, 10], [0.5, 12.5], [1, 9007199254740991]]; // prettier-ignore
    const measured = { name: 'Current', outcome: 'PASS', units: ['s', 'A'], measured_value: rows };
    const pushed = await push('/api/v1/runs', v1Body(JSON.stringify([measured])));
    const dimension = { name: null, suffix: 's' };
    const same = { Current: { ...measured, units: { suffix: 'A' }, dimensions: [dimension] } };
    const fromReport = await imported(report(JSON.stringify(same)));
    const [curve, expected] = [pushed, fromReport].map(({ text }) => {
      const [measurement] = runs.get.answer.parse(JSON.parse(text)).phases[0]?.measurements ?? [];
      return { ...measurement, id: '' };
    });
    assert.deepEqual(curve, expected);
    assert.deepEqual(
      curve?.data_series?.map(({ name, units, data }) => [name, units, data]),
      [
        [null, 's', [0, 0.5, 1]],
        ['Current', 'A', [10, 12.5, 9007199254740991]],
      ],
    );
  });

  it('by real clients is looked at: TEST_PYTHONS names some', () => assert.ok(pythons().length > 0));

  for (const python of process.env['TEST_PYTHONS']?.split(delimiter) ?? []) {
    it(`by the v1 client of ${python} as rows of several columns is kept`, async () => {
      const serial = `Rows of ${python.includes('newest') ? 'newest' : 'baseline'}`;
      const given = { url: bench.server.url, key: station.key, args: [serial] };
      const { code, output } = await runScript(python, resolve(import.meta.dirname, 'python/v1_curves.py'), given);
      assert.equal(code, 0, output);
      const { data } = await bench.user.call(runs.list, { query: { serial_numbers: serial } });
      const path = `/api/v2/runs/${data[0]?.id}`;
      const { text } = await send(bench.server.url, 'GET', path, { key: adminKey });
      assert.match(
        text,
        /"data_series":\[\{"data":\[0,1\],"units":"s",.*"data":\[10.5,1152921504606846977\],"units":"A",/,
      );
      assert.match(text, /"units":"s, V, A",.*"measured_value":\[\[0,10,2.5\],\[1,11,2.75\]\]/);
    });
  }

  it('on v1 with rows of more columns, or one unit, keeps its rows', async () => {
    for (const [units, measured_value, expected] of [
      [
        ['s', 'V', 'A'],
        [
          [0, 1, 2],
          [1, 2, 3],
        ],
        's, V, A',
      ],
      [['s', null, 'A'], [[0, 1, 2]], 's, A'],
      ['A', [[0, 1]], 'A'],
      [['s', 'A'], [[0, 'low']], 's, A'],
      [['V'], 3.3, 'V'],
      [[], 3.3, null],
    ] as const) {
      const { text } = await push(
        '/api/v1/runs',
        v1Body(JSON.stringify([{ name: 'm', outcome: 'PASS', units, measured_value }])),
      );
      const [measurement] = runs.get.answer.parse(JSON.parse(text)).phases[0]?.measurements ?? [];
      assert.deepEqual([measurement?.measured_value, measurement?.units], [measured_value, expected]);
    }
  });
});
