import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type ChangeListener, ChangeTail } from '../../../src/server/live/changeTail.ts';
import { KeyEnds, type KeyHolder } from '../../../src/server/live/keyEnds.ts';
import { openStore } from '../../../src/server/store/sqlite/open.ts';
import type { Store } from '../../../src/server/store/tables.ts';
import type { Change } from '../../../src/shared/contract/events.ts';
import { randomNumbers } from '../random.ts';
import { temporaryFolder } from '../support.ts';

describe('the tail of changes', function () {
  this.timeout(120_000);
  const root = temporaryFolder();
  let count = 0;
  let store: Store;
  let tail: ChangeTail;
  /** Another process: a connection of its own to the same file. */
  let other: DatabaseSync;

  beforeEach(async () => {
    const path = join(root, `${count++}.db`);
    ({ store } = openStore(path));
    other = new DatabaseSync(path, { timeout: 10_000 });
    tail = await ChangeTail.start(store);
  });
  afterEach(async () => {
    tail.stop();
    other.close();
    await store.destroy();
  });

  const write = (kind = 'station.updated'): void => {
    // The clock of the machine may stand still, jump or be set back.
    other.prepare('insert into changes (at, kind) values (?, ?)').run(3 + Math.floor(Math.random() * 3), kind);
  };

  /** Reads as a stream does. */
  class Reader {
    readonly ids: number[] = [];
    resets = 0;
    #last: number;
    #epoch = tail.epoch;

    constructor() {
      this.#last = tail.newest;
    }

    async read(): Promise<void> {
      for (;;) {
        const events = await tail.after(this.#last, this.#epoch);
        if (events === undefined) {
          this.resets += 1;
          this.#last = tail.newest;
          this.#epoch = tail.epoch;
          continue;
        }
        if (events.length === 0) return;
        this.ids.push(...events.map(({ id }) => id));
        this.#last = events.at(-1)?.id ?? this.#last;
      }
    }
  }

  it('gives every reader each change once and in order, however far behind it is, whichever process writes', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`      seed ${seed}`);
    const random = randomNumbers(seed);
    const readers: { reader: Reader; from: number }[] = [];
    let written = tail.newest;
    for (let step = 0; step < 400; step++) {
      const dice = random();
      if (dice < 0.1 && readers.length < 20) readers.push({ reader: new Reader(), from: tail.newest });
      else if (dice < 0.5) {
        const rows = random() < 0.02 ? 1_500 : 1 + Math.floor(random() * 5);
        const isOwn = rows < 100 && random() < 0.5;
        written += rows;
        if (!isOwn) other.exec('begin immediate');
        for (let row = 0; row < rows; row++) {
          if (isOwn) {
            await sql`insert into changes (at, kind) values (${Date.now()}, 'run.created')`.execute(store);
          } else write();
        }
        if (!isOwn) other.exec('commit');
      } else if (dice < 0.6) tail.notify();
      else if (dice < 0.7) {
        await tail.catchUp();
        assert.equal(tail.newest, written, 'after it has caught up');
      } else await readers[Math.floor(random() * readers.length)]?.reader.read();
    }
    await tail.catchUp();
    for (const { reader, from } of readers) {
      await reader.read();
      assert.equal(reader.resets, 0);
      assert.deepEqual(
        reader.ids,
        Array.from({ length: written - from }, (_, n) => from + 1 + n),
      );
    }
  });

  it('finds what another process writes without being notified', async () => {
    const woken = new Promise<void>((done) => tail.onChange(done));
    const reader = new Reader();
    write();
    await woken;
    await reader.read();
    assert.equal(reader.ids.length, 1);
  });

  it('resets readers when other processes remove changes, or replace the newest ones', async () => {
    for (let n = 0; n < 20; n++) write();
    await tail.catchUp();
    const edits = [
      'delete from changes where id > 10', // as if a backup had been restored
      "delete from changes; insert into changes (id, at, kind) values (500, 1, 'run.created')",
      // The newest ids again, for other changes.
      "delete from changes; insert into changes (id, at, kind) values (500, 2, 'run.created'), (501, 2, 'run.created')",
      'delete from changes',
    ];
    for (const edit of edits) {
      const reader = new Reader();
      other.exec(edit);
      await tail.catchUp();
      await reader.read();
      assert.equal(reader.resets, 1, edit);
      write();
      await tail.catchUp();
      await reader.read();
      assert.equal(reader.ids.length, 1, `after ${edit}`);
    }
  });

  it('gives changes again to a listener that has failed, and keeps them from readers until then', async () => {
    const seen: string[] = [];
    let failures = 2;
    const listener: ChangeListener = {
      changed: (changes: readonly Change[]) => {
        if (failures-- > 0) throw new Error('The disk failed.');
        seen.push(...changes.map(({ kind }) => kind));
      },
      missed: () => undefined,
    };
    tail.addListener(listener);
    const reader = new Reader();
    write('key.deleted');
    await assert.rejects(tail.catchUp(), /The disk failed/);
    await reader.read();
    assert.deepEqual(reader.ids, []);
    write('run.created');
    await assert.rejects(tail.catchUp(), /The disk failed/);
    await tail.catchUp();
    await reader.read();
    assert.deepEqual(seen, ['key.deleted', 'run.created']);
    assert.equal(reader.ids.length, 2);
  });

  it('ends what is open with a key before any later change can be read, for each way in which a key ends', async () => {
    const keys = (): string[] =>
      other
        .prepare('select id from api_keys')
        .all()
        .map(({ id }) => String(id));
    other.exec('pragma foreign_keys = on');
    const user = String(other.prepare('select id from users').get()?.['id']);
    const addKey = (id: string, station: string | null): void => {
      if (station !== null) {
        other
          .prepare(
            "insert or ignore into stations (id, name, name_key, created_at, metadata_json) values (?, 'S', 's', 0, '{}')",
          )
          .run(station);
      }
      other
        .prepare(
          'insert into api_keys (id, hash, prefix, kind, user_id, station_id, created_at) values (?, ?, ?, ?, ?, ?, 0)',
        )
        .run(id, id, 'x', station === null ? 'user' : 'station', station === null ? user : null, station);
    };
    addKey('kept', null);
    addKey('deleted', null);
    addKey('replaced', 's1');
    addKey('cascaded', 's2');
    let open = new Set(keys());
    const holder: KeyHolder = {
      get openKeys() {
        return open;
      },
      endKey: (id) => {
        open.delete(id);
        endedAt.set(id, tail.newest);
      },
    };
    const endedAt = new Map<string, number>();
    await tail.catchUp();
    tail.addListener(new KeyEnds(store, [holder]));
    const ends: [string, () => void][] = [
      ['deleted', () => other.exec("delete from api_keys where id = 'deleted'")],
      [
        'replaced',
        () => {
          other.exec("begin immediate; delete from api_keys where id = 'replaced'");
          addKey('new', 's1');
          other.exec('commit');
        },
      ],
      ['cascaded', () => other.exec("delete from stations where id = 's2'")],
    ];
    for (const [id, end] of ends) {
      const before = tail.newest;
      end();
      write();
      await tail.catchUp();
      assert.equal(endedAt.get(id), before, `${id} has ended before its streams could read further`);
    }
    assert.ok(open.has('kept'));
    // The changes that say so are gone.
    other.exec("delete from api_keys where id = 'kept'; delete from changes");
    await tail.catchUp();
    assert.ok(!open.has('kept'));
    open = new Set();
  });
});
