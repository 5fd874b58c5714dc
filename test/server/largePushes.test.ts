import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { v1ErrorAnswer } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { maxObjects, maxValues } from '../../src/shared/json/jsonLimits.ts';
import { type TestStation, useServerProcess } from './bench.ts';
import { send } from './requests.ts';
import { runAt } from './runs.ts';

const mib = 1024 * 1024;
/** More than the server takes of anything here in normal use, and less than what ends a process. */
const mostMemory = 2048 * mib;

describe('large pushes with the key of a station', function () {
  this.timeout(180_000);
  const bench = useServerProcess();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const importOf = async (content: string) => {
    const { id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name: 'report.json' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: content })).status, 200);
    return station.client.send(v1.importReport, { body: { upload_id: id, importer: 'OPENHTF' } });
  };
  const report = (serial: string, rest: string): string =>
    `{"dut_id":"${serial}","outcome":"PASS","start_time_millis":1,"end_time_millis":2,` +
    `"metadata":{"procedure_id":"FVT1","part_number":"PCBA01"},${rest}}`;
  const phases = (measured: string): string =>
    `"phases":[{"name":"p","outcome":"PASS","measurements":{"m":${measured}}}]`;

  /** The server still answers, and has never taken too much memory. */
  const assertWell = async (): Promise<void> => {
    await station.client.call(stations.getCurrent);
    if (process.platform !== 'linux') return;
    const status = readFileSync(`/proc/${bench.server.address.pid}/status`, 'utf8');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    assert.ok(peak < mostMemory, `${Math.round(peak / mib)} MiB`);
  };

  it('takes a report with a curve of half a million points', async () => {
    const rows = Array.from({ length: 500_000 }, (_, n) => `[${n / 1000},${Math.sin(n / 1000)}]`).join(',');
    const measured = `{"name":"m","outcome":"PASS","dimensions":[{"suffix":"s"}],"measured_value":[${rows}]}`;
    const reply = await importOf(report('Curve', phases(measured)));
    assert.equal(reply.status, 200, reply.text);
    await assertWell();
  });

  it('refuses a report that is too large, or has too much in it, with a sentence', async () => {
    for (const [content, status, reason] of [
      [report('Large', `"phases":[],"filler":"${'x'.repeat(32 * mib)}"`), 413, /has 33 MiB; .* reports up to 32 MiB/],
      [report('Objects', `"phases":[${'{},'.repeat(maxObjects)}{}]`), 400, /more than 200,000 objects/],
      [report('Values', phases(`{"measured_value":[${'1,'.repeat(maxValues)}1]}`)), 400, /more than 2,000,000 values/],
      // As much as may be, and all of it wrong.
      [report('Wrong', `"phases":[${'{},'.repeat(maxObjects - 10)}{}]`), 400, /phases\.0\.name/],
    ] as const) {
      const reply = await importOf(content);
      const { message } = v1ErrorAnswer.parse(reply.json()).error;
      assert.deepEqual([reply.status, reason.test(message)], [status, true], message.slice(0, 500));
      assert.ok(reply.text.length < 10_000);
      await assertWell();
    }
    assert.equal((await bench.user.call(runs.list)).data.length, 1);
  });

  it('answers bodies that are wrong throughout with the first of the reasons', async () => {
    for (const rest of [
      `"phases":[${'{},'.repeat(maxObjects - 10)}{}]`,
      `"sub_units":[${'1,'.repeat(maxValues - 100)}1]`,
      `"phases":[{"measurements":[{"x_axis":{"data":[${'"",'.repeat(maxValues - 100)}1]}}]}]`,
    ]) {
      const { text, status } = await send(bench.server.url, 'POST', '/api/v2/runs', {
        key: station.key,
        body: `{${rest}}`,
      });
      assert.equal(status, 400, text.slice(0, 500));
      assert.ok(text.length < 10_000);
      await assertWell();
    }
  });

  it('makes many at the same time wait or come again, and goes on', async () => {
    const filler = 'x'.repeat(9 * mib);
    const replies = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const body = { ...runAt(procedure, `Many-${n}`, 'PASS', 0), docstring: filler };
        try {
          return (await send(bench.server.url, 'POST', '/api/v2/runs', { key: station.key, body })).status;
        } catch {
          return 429; // it was refused while the client was still sending
        }
      }),
    );
    assert.ok(replies.every((status) => status === 200 || status === 429), String(replies)); // prettier-ignore
    const { data } = await bench.user.call(runs.list, { query: { search_query: 'many-', limit: '100' } });
    assert.equal(data.length, replies.filter((status) => status === 200).length);
    assert.ok(data.length > 0);
    const measured = `{"name":"m","outcome":"PASS","measured_value":[${'1,'.repeat(maxValues - 100)}1]}`;
    const imports = await Promise.all(
      Array.from({ length: 6 }, (_, n) => importOf(report(`Import-${n}`, phases(measured)))),
    );
    assert.deepEqual(new Set(imports.map(({ status }) => status)), new Set([200]));
    await assertWell();
    // What was refused can come now.
    const again = await send(bench.server.url, 'POST', '/api/v2/runs', {
      key: station.key,
      body: { ...runAt(procedure, 'Again', 'PASS', 0), docstring: filler },
    });
    assert.equal(again.status, 200, again.text);
  });
});
