import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ChangeTail } from '../../src/server/live/changeTail.ts';
import { computeFigures, StationFiguresCache } from '../../src/server/stationFigures.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { randomNumbers } from './random.ts';
import { temporaryFolder } from './support.ts';

const hour = 3_600_000;
const rounds = Number(process.env['FIGURES_ROUNDS'] ?? 25);
const zone = 'Europe/Berlin';
/** The clocks of the zone change in the night before. */
const start = Date.parse('2026-03-29T20:00:00Z');
const stations = ['s0', 's1', 's2'];
const procedures = ['p0', 'p1'];

describe(`the figures of stations between changes (FIGURES_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 5_000);
  const root = temporaryFolder();
  const calendar = new Calendar(zone);
  let count = 0;
  let store: Store;
  let tail: ChangeTail;
  /** Another process, whose changes nothing notifies. */
  let database: DatabaseSync;
  let now = start;
  let figures: StationFiguresCache;

  beforeEach(async () => {
    const path = join(root, `${count++}.db`);
    ({ store } = openStore(path));
    tail = await ChangeTail.start(store);
    now = start;
    figures = new StationFiguresCache(store, calendar, tail, () => now);
    database = new DatabaseSync(path);
    database.exec(`
      pragma foreign_keys = off; pragma synchronous = off;
      insert into procedures (id, name, name_key, created_at, created_by_user_id)
        select 'p' || value, value, value, 0, (select id from users) from json_each('["0","1"]');
      insert into stations (id, name, name_key, created_at, metadata_json)
        select 's' || value, value, value, 0, '{}' from json_each('["0","1","2"]');
      insert into units (id, serial_number, serial_key, revision_id, created_at)
        select 'u' || value, 'u' || value, 'u' || value, '', 0 from json_each('["0","1","2","3","4"]');
      insert into station_procedures values ('s0', 'p0', 0), ('s0', 'p1', 0), ('s1', 'p0', 0);`);
  });
  afterEach(async () => {
    tail.stop();
    database.close();
    await store.destroy();
  });

  it('are those that are computed anew, whatever changes and however time passes', async () => {
    const seed = Number(process.env['FIGURES_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    console.log(`      seed ${seed}`);
    const random = randomNumbers(seed);
    const pick = <T>(list: readonly T[]): T => {
      const picked = list[Math.floor(random() * list.length)];
      if (picked === undefined) throw new Error('An empty list.');
      return picked;
    };
    let id = 0;
    const ids = (table: string, column = 'id'): string[] =>
      database
        .prepare(`select ${column} as id from ${table}`)
        .all()
        .map((row) => String(row['id']));
    const run = (...values: (string | number | null)[]): void => {
      database
        .prepare(
          `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at,
           created_by_station_id, troubled) values (?, ?, ?, '', ?, ?, ?, ?, ?, 0)`,
        )
        .run(`r${id++}`, ...values);
    };
    const steps: Record<string, () => void> = {
      run: () => {
        const started = now - Math.floor(random() ** 3 * 10 * 24 * hour) + (random() < 0.1 ? 5 * hour : 0);
        const outcome = pick(['PASS', 'FAIL', 'ERROR', 'ABORTED']);
        const station = pick([...stations, ...stations, null]);
        run(pick(procedures), pick(ids('units')), outcome, started, started + 60_000, now, station);
      },
      removeRun: () => {
        const all = ids('runs');
        if (all.length > 0) database.prepare('delete from runs where id = ?').run(pick(all));
      },
      sample: () => {
        const sample = pick([null, null, 'golden', 'failing', 'ignored']);
        database.prepare('update units set sample = ? where id = ?').run(sample, pick(ids('units')));
      },
      serial: () => {
        database.prepare('update units set serial_number = ? where id = ?').run(`SN-${id++}`, pick(ids('units')));
      },
      rule: () => {
        database.exec('delete from golden_rules');
        if (random() < 0.2) return;
        for (const procedure of procedures) {
          const [hours, failing] = [pick([1, 8, 24, 0.5]), pick([0, 1])];
          const station = random() < 0.3 ? pick(stations) : null;
          database
            .prepare("insert into golden_rules values (?, ?, ?, ?, 'warn')")
            .run(procedure, station, hours, failing);
        }
      },
      study: () => {
        const keys = ids('runs', 'key');
        if (keys.length === 0) return;
        const key = Number(pick(keys));
        if (ids('study_runs', 'run_key').includes(String(key))) {
          database.prepare('delete from study_runs where run_key = ?').run(key);
        } else database.prepare("insert into study_runs (run_key, study_id, position) values (?, '', 1)").run(key);
      },
      link: () => {
        const [station, procedure] = [pick(stations), pick(procedures)];
        const where = 'station_id = ? and procedure_id = ?';
        const { changes } = database.prepare(`delete from station_procedures where ${where}`).run(station, procedure);
        if (changes === 0) database.prepare('insert into station_procedures values (?, ?, 0)').run(station, procedure);
      },
      rename: () => {
        database.prepare('update procedures set name = ? where id = ?').run(`N-${id++}`, pick(procedures));
      },
      presence: () => {
        database
          .prepare(
            'insert into presence (station_id, state) values (?, ?) on conflict do update set state = excluded.state',
          )
          .run(pick(stations), pick(['connected', 'running', 'disconnected']));
      },
      minutes: () => void (now += Math.floor(random() * 40 * 60_000)),
      hours: () => void (now += Math.floor(random() * 20 * hour)),
      clockSetBack: () => void (now -= Math.floor(random() * 30 * hour)),
    };
    const names = ['run', 'run', 'run', 'run', 'study', 'study', 'minutes', 'minutes', ...Object.keys(steps)];
    const done: string[] = [];
    for (let step = 0; step < rounds * 40; step++) {
      const batch = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(names));
      for (const name of batch) steps[name]?.();
      done.push(batch.join('+'));
      // Some stations are asked for rarely, so that much happens between two questions.
      const asked = stations.filter((_, index) => random() < 0.6 / (index + 1));
      const [answer] = await Promise.all([figures.of(asked), figures.of(asked)]);
      for (const station of asked) {
        const fresh = await computeFigures(store, calendar, station, now);
        const order = (week: typeof fresh.week) => week.toSorted((a, b) => (a.procedure_id < b.procedure_id ? -1 : 1));
        const known = answer.get(station);
        assert.ok(known);
        assert.deepEqual(
          { ...known, week: order(known.week) },
          { ...fresh, week: order(fresh.week) },
          `${station} after step ${step}, of seed ${seed}: ${done.slice(-6).join(', ')}`,
        );
      }
    }
  });

  it('are computed once for many windows, and again after a change of the station only', async () => {
    let computed = 0;
    class CountingCalendar extends Calendar {
      override days(...asked: Parameters<Calendar['days']>): ReturnType<Calendar['days']> {
        if (asked[1] === 7) computed += 1;
        return super.days(...asked);
      }
    }
    const counted = new StationFiguresCache(store, new CountingCalendar(zone), tail, () => now);
    const ask = () => Promise.all(Array.from({ length: 50 }, () => counted.of(['s0'])));
    const insert = (station: string, unit: string): void => {
      database.exec(
        `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at,
         created_by_station_id, troubled) values ('${station}${unit}', 'p0', '${unit}', '', 'PASS', ${now}, ${now}, ${now}, '${station}', 0)`,
      );
    };
    await ask();
    assert.equal(computed, 1);
    insert('s1', 'u1');
    await ask();
    assert.equal(computed, 1, 'a run of another station and unit');
    insert('s0', 'u2');
    await ask();
    assert.equal(computed, 2);
    insert('s1', 'u2'); // the same unit on the same day
    await ask();
    assert.equal(computed, 3);
  });
});
