import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, it } from 'mocha';
import { attachments } from '../../../src/shared/contract/attachments.ts';
import { type Run, runs } from '../../../src/shared/contract/runs.ts';
import { adminKey, useServer } from '../bench.ts';
import { runServerProgram } from '../support.ts';
import { comparableRun } from './comparableRun.ts';

describe('server.js import --from-tofupilot', function () {
  this.timeout(120_000);
  const source = useServer();
  const target = useServer();

  const copy = (url: string, key: string | null, ...options: string[]) =>
    runServerProgram(
      ['import', '--data', target.folder, '--from-tofupilot', url, ...options],
      key === null ? {} : { TOFUPILOT_API_KEY: key },
    );
  async function runsAt(bench: typeof source): Promise<Run[]> {
    const all: Run[] = [];
    for (const cursor of ['0', '100', '200']) {
      const { data } = await bench.user.call(runs.list, { query: { limit: '100', cursor } });
      for (const { id } of data) all.push(await bench.user.call(runs.get, { params: { id } }));
    }
    return all.sort((a, b) => a.unit.serial_number.localeCompare(b.unit.serial_number));
  }

  before(async () => {
    const procedure_id = await source.procedure('Functional test', 'FVT1');
    const station = await source.station('Bench 1', procedure_id);
    const at = (seconds: number): string => new Date(1_767_323_045_000 + seconds * 1000).toISOString();
    const times = { started_at: at(0), ended_at: at(9) };
    const push = (serial_number: string, more: object = {}) =>
      station.client.call(runs.create, {
        body: { procedure_id, serial_number, part_number: 'PCBA01', outcome: 'PASS', ...times, ...more },
      });
    // The assembly is stored before its part is pushed again, so the oldest run of the assembly comes after its sub-unit.
    await push('SUB-1');
    const { id } = await push('SN-1', {
      outcome: 'FAIL',
      procedure_version: '1.2',
      revision_number: 'B',
      batch_number: 'B7',
      operated_by: 'ada@example.com',
      docstring: 'A run',
      sub_units: ['SUB-1'],
      metadata: { fixture: 'F7', temperature: 21.5, is_first: true },
      execution_id: 'E1',
      slot_key: 'S1',
      slot_name: 'Left',
      logs: [{ level: 'INFO', timestamp: at(1), message: 'Hello', source_file: 'a.py', line_number: 7 }],
      sequences: [{ path: 'main', name: 'Main', outcome: 'FAIL', started_at: at(0), ended_at: at(9) }],
      config: [{ key: 'limit', value: 12_345_678_901_234_568 }],
      phases: [
        {
          name: 'Power',
          outcome: 'FAIL',
          ...times,
          retry_count: 1,
          sequence_path: 'main',
          docstring: 'A phase',
          measurements: [
            { name: 'v', outcome: 'FAIL', units: 'V', measured_value: 3.5, lower_limit: 3.2, upper_limit: 3.4 },
            {
              name: 't',
              outcome: 'PASS',
              measured_value: 'A1',
              validators: [{ expression: 'custom', is_decisive: false }],
            },
            { name: 'o', outcome: 'UNSET', measured_value: { a: [1, null] } },
            {
              name: 'curve',
              outcome: 'PASS',
              x_axis: { data: [0, 1], units: 's' },
              y_axis: [{ data: [1, 2.5], name: 'y', aggregations: [{ type: 'max', value: 2.5 }] }],
            },
          ],
        },
      ],
    });
    for (const [name, content] of [
      ['note.txt', 'hello'],
      ['empty.bin', ''],
    ] as const) {
      const { id: upload, upload_url } = await station.client.call(runs.createAttachment, {
        params: { id },
        body: { name },
      });
      await fetch(upload_url, { method: 'PUT', body: content, headers: { 'Content-Type': 'text/plain' } });
      await station.client.call(attachments.finalize, { params: { id: upload } });
    }
    for (let index = 0; index < 230; index++) await push(`MANY-${index}`);
    await source.user.call(runs.create, {
      body: { procedure_id, serial_number: 'BY-USER', part_number: 'PCBA01', outcome: 'ABORTED', ...times },
    });
  });

  it('stores nothing in a dry run, and says what would be stored and created', async () => {
    const { code, stdout, stderr } = await copy(source.server.url, adminKey, '--dry-run');
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'To store: 233. Already stored: 0. Bad: 0.\nTo create: procedure "Functional test", station "Bench 1".\n',
    );
    assert.deepEqual(await runsAt(target), []);
  });

  it('continues after an interruption, copies each run once with its attachments, and then only new ones', async () => {
    // A server that fails in the middle, between the program and the source.
    let left = 120;
    const proxy = createServer((request, response) => {
      if (left-- <= 0) {
        response.writeHead(403).end('{}');
        return;
      }
      const headers = { authorization: request.headers.authorization ?? '' };
      void fetch(source.server.url + (request.url ?? ''), { headers }).then(async (answer) => {
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => proxy.once('listening', done));
    const { port } = proxy.address() as AddressInfo;
    try {
      const interrupted = await copy(`http://127.0.0.1:${port}`, adminKey);
      assert.equal(interrupted.code, 1);
      assert.match(interrupted.stderr, /refuses the key.*Stored: \d+\..*Start the import again to continue\./);
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
    const before = (await runsAt(target)).length;
    assert.ok(before > 50 && before < 200, String(before));
    const { code, stdout, stderr } = await copy(source.server.url, adminKey);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^Stored: ${233 - before}\\. Already stored: ${before}\\. Bad: 0\\.$`, 'm'));
    const [original, copied] = [await runsAt(source), await runsAt(target)];
    assert.equal(copied.length, 233);
    for (const [index, run] of original.entries()) {
      assert.deepEqual(comparableRun(copied[index] ?? assert.fail()), comparableRun(run), run.unit.serial_number);
    }
    const files = copied.find(({ unit }) => unit.serial_number === 'SN-1')?.attachments ?? [];
    const contents = await Promise.all(files.map(async ({ download_url }) => (await fetch(download_url ?? '')).text()));
    assert.deepEqual(
      files.map(({ name, content_type }, index) => [name, content_type, contents[index]]),
      [['note.txt', 'text/plain', 'hello'], ['empty.bin', 'text/plain', '']], // prettier-ignore
    );
    assert.match((await copy(source.server.url, adminKey)).stdout, /^Stored: 0\. Already stored: 233\. Bad: 0\.$/m);
    assert.equal(copied[0]?.metadata?.['import_format'], 'tofupilot');
  });

  it('skips the runs of a source that is the server itself', async () => {
    const { stdout } = await copy(target.server.url, adminKey);
    assert.match(stdout, /^Stored: 0\. Already stored: 233\. Bad: 0\.$/m);
  });

  it('refuses a missing key, a wrong key, an address without TLS, other paths, and options of files', async () => {
    const refused = async (url: string, key: string | null, reason: RegExp, ...options: string[]) => {
      const { code, stderr } = await copy(url, key, ...options);
      assert.notEqual(code, 0);
      assert.match(stderr, reason);
      assert.ok(key === null || !stderr.includes(key));
    };
    await refused(source.server.url, null, /TOFUPILOT_API_KEY is missing/);
    await refused(source.server.url, 'a-key-that-is-not-known', /refuses the key in TOFUPILOT_API_KEY \(status 401\)/);
    await refused('http://tofupilot.example', adminKey, /must be an https address/);
    await refused(`${source.server.url}/api`, adminKey, /must be the address of a server/);
    await refused(source.server.url, adminKey, /--station goes with files/, '--station', 'Bench 1');
  });
});
