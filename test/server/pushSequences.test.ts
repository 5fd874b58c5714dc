import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { randomNumbers } from './random.ts';
import { type Reply, send, TestClient } from './requests.ts';
import { runAt } from './runs.ts';

/** `PUSH_STEPS=20000` for more than the usual, `PUSH_SEED` for the sequence of an earlier time. */
const steps = Number(process.env['PUSH_STEPS'] ?? 300);
const seed = Number(process.env['PUSH_SEED'] ?? Date.now() % 1_000_000);

const callers = ['station A', 'station B', 'user'] as const;
const surfaces = ['v1', 'v2', 'report'] as const;

interface Push {
  caller: (typeof callers)[number];
  surface: (typeof surfaces)[number];
  /** `Idempotency-Key`. */
  key: string | null;
  /** `client_run_ref`, on v2 alone. */
  ref: string | null;
  serial: string;
  outcome: 'PASS' | 'FAIL';
  /** Station B is linked to the first alone. */
  procedure: 'FVT1' | 'FVT2';
  /** It ends before it starts: refused, on v2 alone. */
  isBackwards: boolean;
}

interface Stored {
  /** What was pushed. */
  content: string;
  serial: string;
  outcome: string;
  /** Known from the answer. */
  id: string | null;
}

/** Which runs must exist, by the rule alone: a mark of a caller stands for one content. */
class Oracle {
  readonly stored: Stored[] = [];
  readonly #byMark = new Map<string, Stored>();

  /** @returns the status that the push must get, and its run */
  push(push: Push): { status: number; run: Stored | null } {
    const { caller, key, ref, serial, outcome } = push;
    if (caller === 'station B' && push.procedure === 'FVT2') return { status: 403, run: null };
    const { caller: _, key: __, ...rest } = push;
    const content = JSON.stringify(rest);
    const marks = [
      ...(key === null ? [] : [`${caller} key ${key}`]),
      ...(ref === null ? [] : [`${caller} ref ${ref}`]),
    ];
    for (const mark of marks) {
      const earlier = this.#byMark.get(mark);
      if (earlier) return earlier.content === content ? { status: 200, run: earlier } : { status: 409, run: null };
    }
    if (push.isBackwards) return { status: 400, run: null };
    const run = { content, serial, outcome, id: null };
    this.stored.push(run);
    for (const mark of marks) this.#byMark.set(mark, run);
    return { status: 200, run };
  }
}

describe(`any sequence of pushes (PUSH_SEED=${seed} PUSH_STEPS=${steps})`, function () {
  this.timeout(60_000 + steps * 500);
  const bench = useServerProcess();
  const random = randomNumbers(seed);
  const one = <T>(...from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];

  const randomPush = (): Push => {
    const surface = one(...surfaces);
    return {
      caller: one(...callers),
      surface,
      key: one(null, 'a', 'b', 'c', String(Math.floor(random() * steps))),
      ref: surface === 'v2' ? one(null, null, 'a', 'b', String(Math.floor(random() * steps))) : null,
      serial: one('SN-1', 'SN-2', 'SN-3'),
      outcome: one('PASS', 'FAIL'),
      procedure: one('FVT1', 'FVT1', 'FVT2'),
      isBackwards: surface === 'v2' && random() < 0.3,
    };
  };

  it('creates the runs and answers that the rule of marks predicts', async () => {
    const procedures = { FVT1: await bench.procedure('First', 'FVT1'), FVT2: await bench.procedure('Second', 'FVT2') };
    const keys = {
      'station A': (await bench.station('Bench A', procedures.FVT1, procedures.FVT2)).key,
      'station B': (await bench.station('Bench B', procedures.FVT1)).key,
      user: adminKey,
    };

    const bodyOf = async ({
      surface,
      caller,
      ref,
      serial,
      outcome,
      procedure,
      isBackwards,
    }: Push): Promise<unknown> => {
      if (surface === 'v2') {
        const body = runAt(procedures[procedure], serial, outcome, 1000, isBackwards ? -1 : 1);
        const marked = ref === null ? body : { ...body, client_run_ref: ref };
        // The order of names is not content.
        return random() < 0.5 ? marked : Object.fromEntries(Object.entries(marked).reverse());
      }
      if (surface === 'v1') {
        return {
          unit_under_test: { serial_number: serial, part_number: 'PCBA01' },
          run_passed: outcome === 'PASS',
          procedure_id: procedure,
          started_at: '2026-01-01T00:00:00Z',
          client_version: one('1', '2'),
        };
      }
      const times = { start_time_millis: 1000, end_time_millis: 2000 };
      const report = {
        dut_id: serial,
        outcome,
        ...times,
        metadata: { procedure_id: procedure, part_number: 'PCBA01' },
        phases: [{ name: 'check', outcome, ...times }],
        log_records: random() < 0.5 ? [] : [{ level: 20, timestamp_millis: 1, message: 'Uploading' }],
      };
      const client = new TestClient(bench.server.url, keys[caller]);
      const { id, uploadUrl } = await client.call(v1.initializeUpload, { body: { name: 'report.json' } });
      assert.equal((await fetch(uploadUrl, { method: 'PUT', body: JSON.stringify(report) })).status, 200);
      return { upload_id: id, importer: 'OPENHTF' };
    };
    const paths = { v1: '/api/v1/runs', v2: '/api/v2/runs', report: '/api/v1/import' };
    const sent = async (push: Push): Promise<Reply> => {
      const headers: Record<string, string> = push.key === null ? {} : { 'Idempotency-Key': push.key };
      const request = { key: keys[push.caller], body: await bodyOf(push), headers };
      return send(bench.server.url, 'POST', paths[push.surface], request);
    };

    const oracle = new Oracle();
    const counts = new Map<number, number>();
    const check = (push: Push, reply: Reply): void => {
      const { status, run } = oracle.push(push);
      assert.equal(reply.status, status, `${JSON.stringify(push)}: ${reply.text}`);
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (run === null) return;
      const { id } = idAnswer.parse(reply.json());
      run.id ??= id;
      assert.equal(id, run.id, JSON.stringify(push));
    };
    let last = randomPush();
    for (let step = 0; step < steps; step += 1) {
      // An answer that was lost: the same is sent again, or twice at the same moment.
      const push = random() < 0.3 ? last : randomPush();
      const isTwice = push.key !== null && random() < 0.2;
      const replies = await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, () => sent(push)));
      for (const reply of replies) check(push, reply);
      last = push;
      if (step % 1000 === 999) await bench.restart((server) => server.kill());
    }

    const found: string[] = [];
    for (let cursor: number | null = 0; cursor !== null;) {
      const page: {
        data: readonly { id: string; outcome: string; unit: { serial_number: string } }[];
        meta: { next_cursor: number | null };
      } = await bench.user.call(runs.list, { query: { limit: '100', cursor: String(cursor) } });
      found.push(...page.data.map(({ id, outcome, unit }) => `${id} ${unit.serial_number} ${outcome}`));
      cursor = page.meta.next_cursor;
    }
    assert.deepEqual(found.sort(), oracle.stored.map(({ id, serial, outcome }) => `${id} ${serial} ${outcome}`).sort());
    console.log(`      ${JSON.stringify(Object.fromEntries(counts))}, ${found.length} runs`);
    assert.ok(steps < 300 || [200, 403, 409].every((status) => counts.has(status)));
  });
});
