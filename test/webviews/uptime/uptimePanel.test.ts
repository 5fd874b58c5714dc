import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DayColumns, Days, UptimeRow } from '../../../src/shared/contract/uptime.ts';
import { formatLocalTime, parseLocalTime } from '../../../src/shared/format/localTime.ts';
import { nextPauseChange, pauseAt } from '../../../src/shared/uptime/pauses.ts';
import { StationTransitions } from '../../../src/shared/uptime/stationTransitions.ts';
import { packColumns, unpackColumns, withDay } from '../../../src/shared/uptime/uptimeColumns.ts';
import { uptimeCsv, uptimeJson } from '../../../src/shared/uptime/uptimeExport.ts';
import { dayShapes } from '../../../src/webviews/uptime/dayShapes.ts';
import { filterAndSort } from '../../../src/webviews/uptime/order.ts';
import { sumRows } from '../../../src/webviews/uptime/rowSums.ts';
import { widthsOf } from '../../../src/webviews/uptime/widths.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse('2026-11-20T00:00:00Z');

const days = (count: number): Days => ({
  time_zone: 'UTC',
  dates: Array.from({ length: count }, (_, n) => new Date(start + n * day).toISOString().slice(0, 10)),
  starts: Array.from({ length: count }, (_, n) => start + n * day),
  now: start + count * day,
});

type Day = Partial<Record<keyof DayColumns, number>>;

function columnsOf(list: readonly Day[]): DayColumns {
  const column = (name: keyof DayColumns): number[] => list.map((each) => each[name] ?? 0);
  return {
    up: column('up'),
    down: column('down'),
    maintenance: column('maintenance'),
    paused: column('paused'),
    unknown: column('unknown'),
    incidents: column('incidents'),
  };
}

const row = (name: string, list: readonly Day[], change: Partial<UptimeRow> = {}): UptimeRow => ({
  id: crypto.randomUUID(),
  name,
  state: 'connected',
  since: null,
  pauses: [],
  is_watched: true,
  last_24_hours: { up: 0, down: 0, maintenance: 0, paused: 0, unknown: 0, none: 0, incidents: 0 },
  columns: columnsOf(list),
  ...change,
});

describe('day cells', () => {
  const size = { pitch: 6, gap: 1, height: 24, mark: 6 };
  const shapes = (...list: Day[]): ReturnType<typeof dayShapes> => dayShapes(columnsOf(list), 0, list.length, size);

  it('draws the parts of a day by their shares, with downtime below uptime and a gap between them', () => {
    const { up, down, mark, unknown } = shapes({ up: 18 * hour, down: 6 * hour });
    assert.equal(down, 'M0 18h5v6h-5z');
    assert.equal(up, 'M0 0h5v17h-5z');
    assert.notEqual(mark, '');
    assert.equal(unknown, '');
  });

  it('draws ten seconds of downtime with the minimum height', () => {
    assert.equal(shapes({ up: day - 10_000, down: 10_000 }).down, 'M0 21h5v3h-5z');
  });

  it('draws unobserved time as dots and not as uptime', () => {
    const { up, unknown } = shapes({ unknown: day });
    assert.equal(up, '');
    assert.equal(unknown.match(/M/g)?.length, 6);
  });

  it('draws maintenance, pauses, and days without a station in different shapes', () => {
    assert.match(shapes({ maintenance: day }).maintenance, /^M0 24l5 -5/);
    assert.equal(shapes({ paused: day }).paused, 'M0.5 0.5h4v23h-4z');
    assert.equal(shapes({}, { up: day }).none, 'M0 23h5v1h-5z');
    assert.equal(shapes({}, { up: day }).up, 'M6 0h5v24h-5z');
  });

  it('fills a day of downtime without a gap', () => {
    assert.equal(shapes({ down: day }).down, 'M0 0h5v24h-5z');
  });
});

describe('panel widths', () => {
  it('never shows more days than fit, or more days in a narrower panel', () => {
    for (const large of [false, true]) {
      let before = 90;
      for (let page = 1600; page >= 240; page -= 1) {
        const { shown, size, stacked } = widthsOf(page, large);
        assert.ok(shown <= before, `${shown} days at ${page} px`);
        before = shown;
        const beside = large || stacked ? 0 : 344;
        if (page > 260) assert.ok(shown * size.pitch + beside + 40 <= page, `${page} px`);
      }
      assert.equal(before, 30);
    }
  });
});

describe('panel rows', () => {
  it('unpacks the same rows as were packed', () => {
    const rows = [
      row('a', [
        { up: 1, incidents: 2 },
        { down: 90_000_000, unknown: 4 },
      ]),
      row('b', [{ maintenance: 5 }, { paused: 6 }]),
    ];
    const heads = rows.map(({ columns: _, ...head }) => head);
    assert.deepEqual(unpackColumns(heads, packColumns(rows, 2), 2), rows);
  });

  it('replaces the day of a row by a day that was loaded later', () => {
    const old = row('a', [
      { up: 1, incidents: 2 },
      { up: 17_000, down: 90_000 },
    ]).columns;
    const day = { up: 170_000, down: 91_000, maintenance: 1, paused: 2, unknown: 3, none: 0, incidents: 4 };
    const { none: _, ...shown } = day;
    assert.deepEqual(withDay(old, 1, day), row('a', [{ up: 1, incidents: 2 }, shown]).columns);
    assert.equal(old.up[1], 17_000);
  });

  it('sorts stations by natural name order, or by lowest uptime with missing figures last', () => {
    const rows = [
      row('Bench 10', [{ up: 9 * hour, down: hour }]),
      row('Bench 2', [{ up: hour, down: hour }], { state: 'disconnected' }),
      row('Spare', [{}], { state: 'never' }),
      row('Bench 1', [{ up: hour }]),
    ];
    const names = (...args: [filter: string, sort: 'name' | 'uptime' | 'state']): string[] =>
      filterAndSort(rows, days(1), ...args).map(({ name }) => name);
    assert.deepEqual(names('', 'name'), ['Bench 1', 'Bench 2', 'Bench 10', 'Spare']);
    assert.deepEqual(names('', 'uptime'), ['Bench 2', 'Bench 10', 'Bench 1', 'Spare']);
    assert.deepEqual(names('', 'state'), ['Bench 2', 'Bench 1', 'Bench 10', 'Spare']);
    assert.deepEqual(names(' BENCH 1', 'name'), ['Bench 1', 'Bench 10']);
  });

  it('adds up the rows day by day', () => {
    const sum = sumRows([row('a', [{ up: 1 }, { down: 2 }]), row('b', [{ up: 3 }, { unknown: 4 }])], days(2));
    assert.deepEqual(sum, columnsOf([{ up: 4 }, { down: 2, unknown: 4 }]));
  });
});

describe('uptime export', () => {
  const rows = [row('=Bench', [{ up: 22 * hour, down: 2 * hour, incidents: 1 }, { unknown: day }])];

  it('exports one CSV line per day in seconds, without a percentage for unobserved days', () => {
    assert.deepEqual(uptimeCsv(days(2), rows).split('\r\n').slice(1), [
      "'=Bench,2026-11-20,91.66,79200,7200,0,0,0,1",
      "'=Bench,2026-11-21,,0,0,0,0,86400,0",
      '',
    ]);
  });

  it('exports JSON with UTC instants and one object per day', () => {
    const { stations } = JSON.parse(uptimeJson(days(2), rows)) as { stations: { days: unknown[] }[] };
    assert.deepEqual(stations[0]?.days[0], {
      date: '2026-11-20',
      starts_at: '2026-11-20T00:00:00.000Z',
      uptime_percent: 91.66,
      up: 22 * hour,
      down: 2 * hour,
      maintenance: 0,
      paused: 0,
      unknown: 0,
      none: 0,
      incidents: 1,
    });
  });
});

describe('station transitions', () => {
  it('reports each transition of a station once, and only after a known state', () => {
    const comings = new StationTransitions();
    const states = ['unknown', 'connected', 'running', 'unknown', 'disconnected', 'disconnected', 'running'] as const;
    assert.deepEqual(
      states.map((state) => comings.update('a', state)),
      [undefined, undefined, undefined, undefined, 'disconnected', undefined, 'reconnected'],
    );
    assert.equal(comings.update('b', 'disconnected'), undefined);
    comings.forget('a');
    assert.equal(comings.update('a', 'disconnected'), undefined);
  });
});

describe('typed times', () => {
  it('parses a local time as it is formatted', () => {
    const time = new Date(2026, 10, 25, 14, 5).getTime();
    assert.equal(formatLocalTime(time), '2026-11-25 14:05');
    assert.equal(parseLocalTime(' 2026-11-25 14:05 '), time);
    assert.equal(parseLocalTime('2026-11-25T14:05'), time);
  });

  it('rejects a local time whose day or hour does not exist', () => {
    for (const text of ['', 'now', '2026-02-30 10:00', '2026-11-25 24:00', '2026-11-25 10:60', '25.11.2026 10:00'])
      assert.equal(parseLocalTime(text), undefined, text);
  });
});

describe('current pause', () => {
  const pause = (from: number, to: number | null) => ({
    id: crypto.randomUUID(),
    kind: 'paused' as const,
    starts_at: new Date(start + from).toISOString(),
    ends_at: to === null ? null : new Date(start + to).toISOString(),
    note: '',
  });

  it('finds the pause that has begun and not ended', () => {
    const [past, open] = [pause(0, hour), pause(2 * hour, null)];
    assert.equal(pauseAt([past, open], start), past);
    assert.equal(pauseAt([past, open], start + hour), undefined);
    assert.equal(pauseAt([past, open], start + 9 * hour), open);
  });

  it('returns the time at which a pause begins or ends next', () => {
    const pauses = [pause(2 * hour, null), pause(0, hour)];
    const changes = [-1, 0, hour, 2 * hour].map((time) => nextPauseChange(pauses, start + time));
    assert.deepEqual(changes, [start, start + hour, start + 2 * hour, undefined]);
  });
});
