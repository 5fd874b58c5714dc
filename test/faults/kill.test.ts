import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { randomNumbers } from '../server/random.ts';
import { send } from '../server/requests.ts';
import type { TestServer } from '../server/support.ts';

/** `KILL_ROUNDS=300` for more than the usual, `KILL_SEED` for the moments of an earlier time. */
const rounds = Number(process.env['KILL_ROUNDS'] ?? 25);
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const clients = 4;

const phaseNames = ['Power on', 'Measure', 'Power off'];

const plainBody = (serial_number: string) => ({
  unit_under_test: { serial_number, part_number: 'PCBA01' },
  run_passed: true,
  procedure_id: 'KILL',
  phases: phaseNames.map((name) => ({
    name,
    outcome: 'PASS',
    start_time_millis: 1_767_323_045_000,
    end_time_millis: 1_767_323_046_000,
    measurements: [{ name: `${name} voltage`, outcome: 'PASS', measured_value: 3.3, units: 'V' }],
  })),
});

const report = (dut_id: string): string =>
  JSON.stringify({
    dut_id,
    start_time_millis: 1_767_323_045_000,
    end_time_millis: 1_767_323_046_500,
    outcome: 'PASS',
    metadata: { procedure_id: 'KILL', part_number: 'PCBA01' },
    phases: plainBody(dut_id).phases.map(({ measurements, ...phase }) => ({
      ...phase,
      measurements: Object.fromEntries(measurements.map((each) => [each.name, { ...each, units: { suffix: 'V' } }])),
    })),
  });

/** The server was killed before it answered. */
class Unanswered extends Error {}

const answered = async <T extends { status: number }>(reply: Promise<T>, what: string): Promise<T> => {
  const { status, ...rest } = await reply.catch((error: unknown) => {
    throw error instanceof TypeError ? new Unanswered(what) : error;
  });
  assert.equal(status, 200, `${what}: ${JSON.stringify(rest)}`);
  return reply;
};

describe(`a server that ends while runs come in (KILL_SEED=${seed} KILL_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 10_000);
  const bench = useServerProcess();
  const random = randomNumbers(seed);

  /** How many requests were sent in this round. */
  let sent = 0;
  let noticed = (_count: number): void => {};
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) => {
    noticed(++sent);
    return answered(send(bench.server.url, 'POST', path, { key: adminKey, body, headers }), path);
  };

  /** Ways of pushing; each does the same run again when it is called again. */
  const ways = {
    /** Has no means to know a repetition: it is not repeated. */
    plain: (serial: string) => () => post(v1.createRun.path, plainBody(serial)),
    withKey: (serial: string) => {
      const headers = { 'Idempotency-Key': randomUUID() };
      return () => post(v1.createRun.path, plainBody(serial), headers);
    },
    report: (serial: string) => {
      let upload_id: string | undefined;
      return async () => {
        upload_id ??= await upload(report(serial));
        return post(v1.importReport.path, { upload_id, importer: 'OPENHTF' });
      };
    },
  };

  const upload = async (content: string): Promise<string> => {
    const reply = await post(v1.initializeUpload.path, { name: 'report.json' });
    const { id, uploadUrl } = v1.initializeUpload.answer.parse(reply.json());
    noticed(++sent);
    await answered(fetch(uploadUrl, { method: 'PUT', body: content }), 'PUT');
    return id;
  };

  interface Push {
    serial: string;
    repeatable: boolean;
    push: () => Promise<{ json(): unknown }>;
    /** Of the run, when the server told it. */
    id: string | null;
  }
  let pushed = 0;
  const nextPush = (): Push => {
    const way = (['plain', 'withKey', 'report'] as const)[pushed % 3] ?? 'plain';
    const serial = `SN-${++pushed}`;
    return { serial, repeatable: way !== 'plain', push: ways[way](serial), id: null };
  };
  const attempt = async (push: Push): Promise<boolean> => {
    try {
      push.id = idAnswer.parse((await push.push()).json()).id;
      return true;
    } catch (error) {
      if (error instanceof Unanswered) return false;
      throw error;
    }
  };

  before(() => bench.procedure('Killed', 'KILL'));

  const figures = { acknowledged: 0, unanswered: 0, ofThoseThere: 0, repeated: 0 };

  /** Lets the clients push until the server ends. @returns what they pushed */
  async function pushUntilEnd(end: (server: TestServer) => Promise<void>): Promise<Push[]> {
    const pushes: Push[] = [];
    sent = 0;
    const moment = { request: 1 + Math.floor(random() * 60), millis: random() * 6 };
    const reached = new Promise<void>((done) => {
      noticed = (count) => {
        if (count === moment.request) setTimeout(done, moment.millis);
      };
    });
    const client = async () => {
      for (;;) {
        const push = nextPush();
        pushes.push(push);
        if (!(await attempt(push))) return;
      }
    };
    const pushing = Array.from({ length: clients }, client);
    await bench.restart(async (server) => {
      await reached;
      await end(server);
      await Promise.all(pushing);
      assert.deepEqual(await findingsIn(bench.folder), []);
    });
    return pushes;
  }

  const stored = z.array(
    z.object({ id: z.string(), phases: z.array(z.object({ measurements: z.array(z.unknown()) })) }),
  );

  /** Each acknowledged run is there once and whole, each other one whole or not at all. */
  async function compare({ serial, id, repeatable }: Push): Promise<void> {
    const found = stored.parse(await bench.user.call(v1.getRuns, { query: { serial_number: serial } }));
    const what = `${serial} (${repeatable ? 'repeated' : 'pushed once'}): ${JSON.stringify(found)}`;
    assert.equal(found.length, id === null ? Math.min(found.length, 1) : 1, what);
    if (id !== null) assert.equal(found[0]?.id, id, what);
    else figures.ofThoseThere += found.length;
    for (const { phases } of found) {
      assert.deepEqual(
        phases.map(({ measurements }) => measurements.length),
        [1, 1, 1],
        what,
      );
    }
  }

  const all: Push[] = [];

  it('loses no acknowledged run, doubles none, and leaves a clean folder when it is killed', async () => {
    await pushThroughEnds(rounds, (server) => server.kill());
  });

  it('loses no acknowledged run, doubles none, and leaves a clean folder when it is asked to end', async () => {
    await pushThroughEnds(Math.ceil(rounds / 4), async (server) => {
      const { code, stderr } = await server.stop('SIGTERM');
      assert.equal(code, 0, stderr);
    });
  });

  async function pushThroughEnds(rounds: number, end: (server: TestServer) => Promise<void>): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const pushes = await pushUntilEnd(end);
      noticed = () => {};
      figures.acknowledged += pushes.filter(({ id }) => id !== null).length;
      for (const push of pushes.filter(({ id }) => id === null)) {
        figures.unanswered++;
        // A connection of the killed server may be tried once more.
        if (push.repeatable) while (!(await attempt(push)));
        if (push.repeatable) figures.repeated++;
      }
      for (const push of pushes) await compare(push);
      all.push(...pushes);
    }
    const total = await countRuns();
    assert.equal(total, all.filter(({ id }) => id !== null).length + figures.ofThoseThere);
    assert.ok(figures.acknowledged > 0 && figures.unanswered > 0, JSON.stringify(figures));
    assert.deepEqual(await findingsIn(bench.folder), []);
    console.log(`      after ${rounds} ends: ${JSON.stringify({ ...figures, runs: total })}`);
  }

  async function countRuns(): Promise<number> {
    let total = 0;
    let cursor: number | null = 0;
    while (cursor !== null) {
      const page: z.infer<typeof runs.list.answer> = await bench.user.call(runs.list, {
        query: { limit: '100', cursor: String(cursor) },
      });
      total += page.data.length;
      cursor = page.meta.next_cursor;
    }
    return total;
  }
});
