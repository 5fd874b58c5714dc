import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sql } from 'kysely';
import { after, before, describe, it } from 'mocha';
import * as z from 'zod';
import { pushRun } from '../../src/server/pushRun.ts';
import type { Engine } from '../../src/server/store/engine.ts';
import type { KeyOwner } from '../../src/server/store/keys.ts';
import { addLink } from '../../src/server/store/links.ts';
import { openPostgres } from '../../src/server/store/postgres/openPostgres.ts';
import { insertProcedure } from '../../src/server/store/procedures.ts';
import type { Push } from '../../src/server/store/pushes.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { insertStation } from '../../src/server/store/stations.ts';
import type { StoreTransaction } from '../../src/server/store/tables.ts';
import { firstUserId } from '../../src/server/store/users.ts';
import { Writer } from '../../src/server/writer.ts';
import { messageOf } from '../../src/shared/format/messageOf.ts';
import { type NewRun, noExtras } from '../../src/shared/run/newRun.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { randomNumbers } from './random.ts';
import { temporaryFolder } from './support.ts';

/** `PUSH_GROUPS=200` for more than the usual, `PUSH_SEED` for the groups of an earlier time. */
const groups = Number(process.env['PUSH_GROUPS'] ?? 15);
const seed = Number(process.env['PUSH_SEED'] ?? Date.now() % 1_000_000);
const start = Date.UTC(2026, 0, 1);

/** What random pushes have in common with each other, so that they name what others have just created, moved or taken. */
interface Plan {
  readonly caller: 'linked station' | 'other station' | 'user';
  readonly run: Omit<NewRun, 'procedure'>;
  readonly procedure: 'FVT1' | 'FVT2' | 'nowhere';
  readonly pushKey: string | null;
  readonly refKey: string | null;
  readonly hash: string;
  /** Fails after the run was inserted, as with too many metadata of the unit. */
  readonly isUndone: boolean;
  /** Writes something else in between. */
  readonly other: 'rename batch' | 'rename part' | 'mark as golden' | null;
}

class UndoneError extends Error {}

function plansOf(random: () => number, group: number): Plan[] {
  const one = <T>(...from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  // What is rare interrupts a group, and other groups must not be interrupted.
  const isCalm = group % 3 > 0;
  const rare = (share: number): boolean => random() < share && !isCalm;
  const few = isCalm ? 'few' : group;
  return Array.from({ length: 1 + Math.floor(random() * 25) }, (_, index) => {
    const startedAt = start + Math.floor(random() * 10) * 600_000;
    const outcome = one('PASS' as const, 'FAIL' as const);
    return {
      caller: one('linked station', 'linked station', 'other station', 'user'),
      procedure: one('FVT1', 'FVT1', 'FVT2', 'nowhere'),
      pushKey: one(null, null, `key ${group}`, `key ${Math.floor(random() * 60)}`),
      refKey: one(null, null, null, `ref ${Math.floor(random() * 60)}`),
      hash: one('a', 'a', 'b'),
      isUndone: rare(0.02),
      other: rare(0.03) ? one('rename batch', 'rename part', 'mark as golden') : null,
      run: {
        ...noExtras,
        procedureVersion: one(null, '1.0', '1.1', `2.${few}`),
        serialNumber: one('SN-1', 'SN-2', ...['a', 'A', 'b', 'c', 'd', 'e'].map((letter) => `SN-${group}-${letter}`)),
        partNumber: one('PCBA01', 'PCBA01', 'pcba02', `PCBA-${few}`),
        partName: null,
        revision: one(null, null, 'A', 'B'),
        batch: one(null, 'B-1', 'B-2', `B-${few}`),
        outcome,
        startedAt,
        endedAt: startedAt + (rare(0.05) ? -1 : 1000),
        docstring: one(null, 'Tests \0 all'),
        subUnits: rare(0.05) ? ['SN-2'] : [],
        operatedBy: one(null, 'Local@test-stations.invalid', 'nobody@lab.example'),
        metadata: one({}, { fixture: 'F-1', hot: true, nth: 3 }),
        unitMetadata: rare(0.05) ? { color: 'red' } : {},
        execution: random() < 0.2 ? { id: `e${group % 3}`, slotKey: one(null, 'left', 'right'), slotName: null } : null,
        phases: Array.from({ length: index % 3 }, (_phase, number) => ({
          name: `phase ${number}`,
          outcome,
          startedAt,
          endedAt: startedAt + 10,
          retryCount: 0,
          docstring: null,
          sequencePath: null,
          measurements: [
            measurement('voltage', outcome, one<unknown>(3.3, undefined, null, 'text\0', true, [1, 'a'], -0.1)),
            { ...measurement('curve', 'PASS', undefined), series: index % 2 ? series : null },
          ],
        })),
        logs: Array.from({ length: index % 4 }, (_log, number) => ({
          level: 'INFO' as const,
          timestamp: startedAt + number,
          message: `line ${number} \0`,
          sourceFile: 'test.py',
          lineNumber: number,
        })),
      },
    };
  });
}

/** Changes what other pushes name. */
async function change(
  transaction: StoreTransaction,
  what: 'rename batch' | 'rename part' | 'mark as golden',
  time: number,
) {
  if (what === 'mark as golden') {
    await transaction.updateTable('units').set({ sample: 'golden' }).where('serial_key', '=', 'sn-2').execute();
    return;
  }
  const [table, from] = what === 'rename batch' ? (['batches', 'b-1'] as const) : (['parts', 'pcba01'] as const);
  const to = `${from} of ${time}`;
  const taken = await transaction.selectFrom(table).select('id').where('number_key', '=', to).executeTakeFirst();
  if (taken !== undefined) return;
  await transaction.updateTable(table).set({ number: to, number_key: to }).where('number_key', '=', from).execute();
}

const measurement = (name: string, outcome: 'PASS' | 'FAIL', measuredValue: unknown) => ({
  name,
  outcome,
  units: name === 'voltage' ? 'V' : null,
  docstring: null,
  measuredValue,
  validators: [],
  aggregations: [],
  series: null,
});
const axis = { name: null, description: null, units: null, validators: [], aggregations: [] };
const series = [
  { ...axis, data: [1, 2] },
  { ...axis, data: [3.5, 4] },
];

/** What is in the database without what differs from time to time, in the order in which it was stored. */
const questions = {
  units: `select u.serial_number, p.number as part, rev.number as revision, b.number as batch, u.run_count, u.metadata_json,
      parent.serial_number as parent, u.created_by_station_id is null as by_user, last.started_at as last_started_at
    from units as u join revisions as rev on rev.id = u.revision_id join parts as p on p.id = rev.part_id
    left join batches as b on b.id = u.batch_id left join units as parent on parent.id = u.parent_id
    left join runs as last on last.id = u.last_run_id order by u.key`,
  runs: `select u.serial_number, p.number as part, rev.number as revision, b.number as batch, v.tag, r.outcome, r.started_at,
      r.ended_at, r.docstring, r.operated_by, r.operator_id is null as unknown_operator, r.execution_id, r.slot_key, r.push_key,
      r.ref_key, r.push_hash, r.troubled
    from runs as r join units as u on u.id = r.unit_id join revisions as rev on rev.id = r.revision_id
    join parts as p on p.id = rev.part_id left join batches as b on b.id = r.batch_id
    left join procedure_versions as v on v.id = r.version_id order by r.key`,
  measurements: `select p.name as phase, m.position, m.name, m.outcome, m.type, m.units, m.value_json, m.validators_json,
      m.aggregations_json, m.series_json
    from measurements as m join phases as p on p.key = m.phase_key order by p.key, m.position`,
  lists: 'select name, outcome, measurements_json from phases order by key',
  logs: 'select level, timestamp, message, source_file, line_number from logs order by key',
  metadata: `select r.started_at, m.name, m.is_boolean from run_metadata as m join runs as r on r.key = m.run_key
    order by r.key, m.name`,
  failed: `select f.name, f.started_at from failed_measurements as f order by f.run_key, f.name`,
  sub_units: `select u.serial_number from run_sub_units as s join units as u on u.id = s.unit_id join runs as r on r.id = s.run_id
    order by r.key`,
  batches: 'select number, unit_count from batches order by created_at, rowid',
  stale: `select p.identifier, s.quarter from stale_quarters as s join procedures as p on p.id = s.procedure_id order by 1, 2`,
  changes: `select kind, count(*) as count from changes group by kind order by kind`,
  gaps: 'select max(id) - count(*) as count from changes',
  created: `select u.serial_number, r.started_at from changes as c join runs as r on r.id = c.run_id join units as u on u.id = r.unit_id
    where c.kind = 'run.created' order by c.id`,
};

describe(`pushes that PostgreSQL stores together (PUSH_SEED=${seed} PUSH_GROUPS=${groups})`, function () {
  this.timeout(60_000 + groups * 2_000);
  let postgres: TestPostgres | undefined;
  const engines = new Map<string, Pick<Engine, 'store' | 'writer'>>();

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    const url = await postgres.createDatabase('groups');
    const opened = await openPostgres(url, {
      lease: null,
      connectionLost: () => undefined,
      keyUsesFailed: () => undefined,
    });
    engines.set('SQLite', openStore(join(temporaryFolder(), 'stations.db')));
    engines.set('PostgreSQL', { ...opened, writer: new Writer(opened.store, opened.pushes) });
  });
  after(async () => {
    for (const { store } of engines.values()) await store.destroy();
  });

  /** Creates what pushes name, and returns who pushes. */
  const prepare = ({ writer }: Pick<Engine, 'writer'>): Promise<Record<Plan['caller'], KeyOwner>> =>
    writer.write(async (change) => {
      const userId = await firstUserId(change);
      const procedures: string[] = [];
      for (const identifier of ['FVT1', 'FVT2']) {
        procedures.push(await insertProcedure(change, { name: identifier, identifier, userId }));
      }
      const linked = await insertStation(change, 'Linked', '{}');
      const other = await insertStation(change, 'Other', '{}');
      for (const procedure of procedures) await addLink(change, linked, procedure);
      await addLink(change, other, procedures[0] ?? '');
      const rule = { hours: 8, failing_sample: 0, without: 'warn' } as const;
      await change
        .insertInto('golden_rules')
        .values({ procedure_id: procedures[0] ?? '', station_id: null, ...rule })
        .execute();
      return {
        'linked station': { kind: 'station', id: linked, name: 'Linked' },
        'other station': { kind: 'station', id: other, name: 'Other' },
        user: { kind: 'user', id: userId, name: 'Ana', role: 'engineer' },
      };
    });

  const perform = (
    { writer }: Pick<Engine, 'writer'>,
    callers: Record<Plan['caller'], KeyOwner>,
    ids: Map<string, string>,
    plan: Plan,
  ): Promise<string> => {
    const { pushKey, refKey } = plan;
    const marks = {
      pushKey,
      refKey,
      hash: (pushKey ?? refKey) ? plan.hash : null,
      isByAssistant: plan.hash === 'b',
      slot: null,
    };
    const push: Push = { run: { ...plan.run, procedure: plan.procedure }, caller: callers[plan.caller], marks };
    return writer
      .push([push], async (transaction) => {
        if (plan.other !== null) await change(await transaction.change(), plan.other, plan.run.startedAt);
        const { id, existed } = await pushRun(transaction, push);
        if (plan.isUndone) throw new UndoneError('undone');
        return { id, existed };
      })
      .then(({ id, existed }) => {
        if (existed) return `existed: ${ids.get(id)}`;
        ids.set(id, `run ${ids.size}`);
        return `stored: ${ids.get(id)}`;
      })
      .catch((error: unknown) =>
        messageOf(error).replace(/run [0-9a-f-]{36}/, (text) => ids.get(text.slice(4)) ?? '?'),
      );
  };

  it('are what they are when they are stored one after the other', async () => {
    const all = new Map<string, unknown>();
    for (const [name, engine] of engines) {
      const random = randomNumbers(seed);
      const callers = await prepare(engine);
      const ids = new Map<string, string>();
      const answers: string[][] = [];
      for (let group = 0; group < groups; group += 1) {
        const plans = plansOf(random, group);
        // In one transaction, because none is awaited before the others are there.
        answers.push(await Promise.all(plans.map((plan) => perform(engine, callers, ids, plan))));
      }
      const stored: Record<string, unknown> = { answers };
      for (const [what, query] of Object.entries(questions)) {
        const { rows } = await sql.raw<Record<string, unknown>>(query).execute(engine.store);
        stored[what] = rows.map((row) => rowOf(row));
      }
      all.set(name, stored);
    }
    const [sqlite, inPostgres] = [...all.values()].map((stored) => z.record(z.string(), z.unknown()).parse(stored));
    for (const what of Object.keys(sqlite ?? {})) assert.deepEqual(inPostgres?.[what], sqlite?.[what], what);
  });
});

/** NUL, which PostgreSQL cannot store, becomes another character there. */
const rowOf = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, Number(value)];
      return [
        name,
        typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').replaceAll('\\u0000', '\uFFFD') : value,
      ];
    }),
  );
