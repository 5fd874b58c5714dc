import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { attachments } from '../../../src/shared/contract/attachments.ts';
import { ExactInteger } from '../../../src/shared/contract/exactJson.ts';
import { type Run, runs } from '../../../src/shared/contract/runs.ts';
import { type Unit, units } from '../../../src/shared/contract/units.ts';
import { useServer } from '../bench.ts';
import { randomNumbers } from '../random.ts';
import { runServerProgram, temporaryFolder } from '../support.ts';
import { comparableRun } from './comparableRun.ts';

const seed = Number(process.env['EXPORT_SEED'] ?? Date.now() % 1_000_000);
const runCount = 150;

describe(`server.js export (EXPORT_SEED=${seed})`, function () {
  this.timeout(180_000);
  const source = useServer();
  const target = useServer();
  const folder = temporaryFolder();
  const output = join(folder, 'export');
  const random = randomNumbers(seed);
  const int = (most: number): number => Math.floor(random() * (most + 1));
  const pick = <T>(first: T, ...others: T[]): T => [first, ...others].at(int(others.length)) ?? first;
  const serials: string[] = [];
  const pushed: { serial: string; value: unknown; outcome: string; startedAt: string }[] = [];

  const command = (...args: string[]) => runServerProgram(args);
  const importIt = (from: string, ...options: string[]) =>
    command('import', '--data', target.folder, '--from-export', from, ...options);
  const record = z.looseObject({
    started_at: z.string(),
    outcome: z.string(),
    unit: z.object({ serial_number: z.string() }),
    sub_units: z.array(z.object({ serial_number: z.string() })),
    attachments: z.array(z.object({ file: z.string() })),
  });
  const exportedRuns = () =>
    readFileSync(join(output, 'runs.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => record.parse(JSON.parse(line)));

  async function runsAt(bench: typeof source): Promise<Run[]> {
    const all: Run[] = [];
    for (const cursor of ['0', '100', '200']) {
      const { data } = await bench.user.call(runs.list, { query: { limit: '100', cursor } });
      for (const { id } of data) all.push(await bench.user.call(runs.get, { params: { id } }));
    }
    const key = ({ unit, started_at }: Run): string => `${unit.serial_number} ${started_at}`;
    return all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
  const unitsAt = (bench: typeof source): Promise<Unit[]> =>
    Promise.all(serials.map((serial_number) => bench.user.call(units.get, { params: { serial_number } })));

  before(async () => {
    const procedures = [await source.procedure('Functional test', 'FVT1'), await source.procedure('Burn-in')];
    // Stations may share a name.
    const stations = [
      await source.station('Bench 1', ...procedures),
      await source.station('Bench 1', ...procedures),
      await source.station('Bench 2', ...procedures),
    ];
    const text = (): string => pick('', 'µΩ "quoted"', 'line\nbreak', '=1+1', '\u2028', 'x'.repeat(300));
    const value = (): unknown =>
      pick<unknown>(
        random() * 1e6,
        -0.1,
        new ExactInteger('9007199254740993'),
        text(),
        true,
        null,
        { a: [1, 'b'] },
        [1, 2],
      );
    for (let index = 0; index < runCount; index++) {
      const serial_number = `SN-${int(40)}`;
      const isNew = !serials.includes(serial_number);
      if (isNew) serials.push(serial_number);
      const startedAt = new Date(1_700_000_000_000 + index * 60_000 + int(59_000)).toISOString();
      const measured = value();
      const outcome = pick('PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED');
      const others = serials.filter((each) => each !== serial_number);
      const sub = isNew && others.length > 5 && random() < 0.3 ? others[int(others.length - 1)] : undefined;
      const times = { started_at: startedAt, ended_at: new Date(Date.parse(startedAt) + int(5000)).toISOString() };
      const body = {
        procedure_id: pick(procedures[0] ?? '', procedures[1] ?? ''),
        serial_number,
        part_number: pick('PCBA01', 'PCBA02'),
        revision_number: pick('A', 'B', null),
        batch_number: pick('B1', null),
        outcome,
        ...times,
        docstring: text() || null,
        metadata: random() < 0.5 ? { fixture: pick('F1', 'F2'), n: int(9), ok: true } : {},
        ...(sub === undefined ? {} : { sub_units: [sub] }),
        logs:
          random() < 0.3
            ? [{ level: 'INFO', timestamp: startedAt, message: text(), source_file: 'a.py', line_number: int(99) }]
            : [],
        phases: Array.from({ length: int(3) }, (_, number) => ({
          name: `Phase ${number}`,
          outcome: pick('PASS', 'FAIL', 'SKIP', 'ERROR'),
          ...times,
          retry_count: int(2),
          measurements: [
            {
              name: `m ${number}`,
              outcome: pick('PASS', 'FAIL', 'UNSET'),
              units: pick('V', 'Ω', null),
              measured_value: number === 0 ? measured : random(),
              lower_limit: pick(null, -random()),
              validators:
                random() < 0.3
                  ? [
                      {
                        operator: pick('==', 'in', 'matches'),
                        expected_value: pick<unknown>('a', 7, ['a', 'b']),
                        is_decisive: pick(true, false),
                      },
                    ]
                  : [],
            },
            ...(random() < 0.3
              ? [
                  {
                    name: 'curve',
                    outcome: 'PASS',
                    x_axis: { data: [0, 1, 2] },
                    y_axis: [{ data: [random(), 1e-9, -5], units: 'A' }],
                  },
                ]
              : []),
          ],
        })),
      };
      const { key } = pick(stations[0] ?? assert.fail(), ...stations.slice(1));
      const answer = await fetch(`${source.server.url}/api/v2/runs`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 200, JSON.stringify(body));
      const { id } = runs.create.answer.parse(await answer.json());
      pushed.push({ serial: serial_number, value: body.phases.length > 0 ? measured : undefined, outcome, startedAt });
      if (random() < 0.1) {
        const { id: upload, upload_url } = await source.user.call(runs.createAttachment, {
          params: { id },
          body: { name: 'data.bin' },
        });
        await fetch(upload_url, {
          method: 'PUT',
          body: Buffer.from(Array.from({ length: int(3000) }, () => int(255))),
        });
        await source.user.call(attachments.finalize, { params: { id: upload } });
      }
    }
    await source.user.call(units.update, {
      params: { serial_number: serials[0] ?? '' },
      body: { sample: 'golden', metadata: { owner: 'lab' } },
    });
    await source.user.call(units.create, {
      body: {
        serial_number: 'NEVER-TESTED',
        part_number: 'PCBA01',
        revision_number:
          (await unitsAt(source)).find(({ part }) => part.number === 'PCBA01')?.part.revision.number ?? 'A',
      },
    });
    serials.push('NEVER-TESTED');
  });

  it('writes a line for each run with its exact values while the server runs', async () => {
    const { code, stdout, stderr } = await command('export', '--data', source.folder, '--output', output);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`: 2 procedures, 3 stations, ${serials.length} units, ${runCount} runs and \\d+ attachments\\.`),
    );
    assert.deepEqual(
      readdirSync(output)
        .filter((name) => name !== 'attachments')
        .sort(),
      ['export.json', 'procedures.jsonl', 'runs.jsonl', 'stations.jsonl', 'units.jsonl'],
    );
    const exported = exportedRuns().map((run) => [run.started_at, run.outcome]);
    assert.deepEqual(exported.sort(), pushed.map(({ startedAt, outcome }) => [startedAt, outcome]).sort());
    const big = pushed.filter(({ value }) => value instanceof ExactInteger).length;
    assert.equal(
      readFileSync(join(output, 'runs.jsonl'), 'utf8').split('"measured_value":9007199254740993').length - 1,
      big,
    );
    const again = await command('export', '--data', source.folder, '--output', output);
    assert.match(again.stderr, /export is not empty/);
  });

  it('gives the same runs, units, stations and contents in an empty server, also after an interruption', async () => {
    const dry = await importIt(output, '--dry-run');
    assert.match(dry.stdout, new RegExp(`^To store: ${runCount}\\. Already stored: 0\\. Bad: 0\\.$`, 'm'));
    assert.deepEqual(await runsAt(target), []);
    // An import of an export with half of the runs is as if the import of the whole one had been interrupted.
    const half = join(folder, 'half');
    cpSync(output, half, { recursive: true });
    const all = readFileSync(join(half, 'runs.jsonl'), 'utf8').split('\n');
    writeFileSync(join(half, 'runs.jsonl'), all.slice(0, runCount / 2).join('\n'));
    const interrupted = await importIt(half);
    assert.equal(interrupted.code, 1);
    assert.match(interrupted.stderr, /runs\.jsonl:75: The file has 75 lines, and the export was written with 150/);
    const { code, stdout, stderr } = await importIt(output);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Stored: 75\. Already stored: 75\. Bad: 0\.$/m);
    const [original, copied] = [await runsAt(source), await runsAt(target)];
    assert.equal(copied.length, runCount);
    for (const [index, run] of original.entries()) {
      assert.deepEqual(comparableRun(copied[index] ?? assert.fail()), comparableRun(run), run.id);
      for (const [number, file] of run.attachments.entries()) {
        const [one, other] = [file, copied[index]?.attachments[number]];
        const contents = [one, other].map(async (each) =>
          Buffer.from(await (await fetch(each?.download_url ?? '')).arrayBuffer()),
        );
        const [expected, found] = await Promise.all(contents);
        assert.deepEqual(found, expected);
      }
    }
    // Runs of two stations with one name stay apart.
    const byStation = (all: readonly Run[]): number[] =>
      [...Map.groupBy(all, (run) => run.created_by_station?.id).values()].map(({ length }) => length).sort();
    assert.deepEqual(byStation(copied), byStation(original));
    const unitOf = ({ serial_number, sample, part, batch, metadata, parent, children }: Unit) => [
      serial_number,
      sample,
      [part.number, part.name, part.revision.number, batch?.number],
      metadata,
      [parent?.serial_number, children.map((each) => each.serial_number)],
    ];
    assert.deepEqual((await unitsAt(target)).map(unitOf), (await unitsAt(source)).map(unitOf));
    assert.match((await importIt(output)).stdout, /^Stored: 0\. Already stored: 150\. Bad: 0\.$/m);
    assert.equal((await command('check', '--data', target.folder)).stdout, '');
  });

  it('reports lines and contents that are damaged, and refuses a folder without a manifest', async () => {
    const damaged = join(folder, 'damaged');
    cpSync(output, damaged, { recursive: true });
    appendFileSync(join(damaged, 'runs.jsonl'), '{"id": ');
    const files = exportedRuns().flatMap((run) => run.attachments);
    for (const { file } of files) rmSync(join(damaged, file));
    const other = join(folder, 'other');
    await command('new-user-key', '--data', other);
    const { code, stderr, stdout } = await command('import', '--data', other, '--from-export', damaged);
    assert.equal(code, 1);
    assert.match(stderr, /runs\.jsonl:151: The line is not JSON/);
    // A run is also refused if all runs of one of its sub-units are.
    let stored = exportedRuns().filter((run) => run.attachments.length === 0);
    for (let before = runCount; stored.length < before;) {
      before = stored.length;
      const storedSerials = new Set(stored.map(({ unit }) => unit.serial_number));
      stored = stored.filter((run) => run.sub_units.every((each) => storedSerials.has(each.serial_number)));
    }
    const bad = runCount - stored.length + 2;
    assert.match(stdout, new RegExp(`^Stored: ${stored.length}\\. Already stored: 0\\. Bad: ${bad}\\.$`, 'm'));
    rmSync(join(damaged, 'export.json'));
    assert.match((await importIt(damaged)).stderr, /is no complete export of "server\.js export"/);
  });
});
