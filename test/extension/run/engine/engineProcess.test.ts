import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import * as z from 'zod';
import { UploadFolder } from '../../../../src/extension/run/uploads/uploadFolder.ts';
import { until } from '../../../e2e/support/until.ts';
import { procedureId } from '../../../support/engine/streams.ts';
import { EngineRun, standIn } from './engineRun.ts';

describe('a procedure that runs with the stand-in for TofuPilot’s program', () => {
  let run: EngineRun | undefined;
  const start = (session: string): EngineRun => (run = new EngineRun(session));
  afterEach(() => {
    run?.remove();
    run = undefined;
  });

  it('passes, with phases, measurements and prompts, and is saved once with what only the record has', async () => {
    const passing = start('passes');
    passing.onEvent = (event) => {
      if (event.event !== 'ui_request') return;
      const isUnit = event.form.some(({ key }) => key === 'serial_number');
      passing.answer(event.request_id, isUnit ? { serial_number: 'SN-0042', part_number: 'P1' } : { light: true });
    };
    assert.equal(await passing.run(), 0, passing.output);
    const [complete, ...others] = passing.ofKind('run_complete');
    assert.deepEqual([complete?.outcome, complete?.serial_number, others.length], ['PASS', 'SN-0042', 0]);
    assert.deepEqual(
      passing
        .ofKind('phase_complete')
        .map(({ name, outcome, measurements }) => [
          name,
          outcome,
          measurements.map((each) => `${each.name} ${each.outcome} ${each.validators.join(', ')}`),
        ]),
      [
        ['Check supply', 'PASS', ['supply_voltage PASS x >= 3.2, x <= 3.4']],
        ['Look at the board', 'PASS', []],
      ],
    );
    const [saved, ...more] = passing.saved();
    assert.equal(more.length, 0);
    assert.deepEqual([saved?.entry.id, saved?.entry.kind, saved?.body.outcome], ['execution-1', 'v2', 'PASS']);
    assert.equal(saved?.body.phases?.[0]?.measurements?.[1]?.y_axis?.[0]?.data.length, 3);
    assert.deepEqual(saved.files, ['time,volts\n0,3.29\n']);
    assert.equal(passing.ofKind('run_upload_queued').length, 1);
    // A plug that the program lets live on belongs to the station.
    assert.equal(passing.isPlugRunning(), true);
    passing.endPlug();
    assert.deepEqual(readdirSync(join(passing.storage, 'engine')), []);
  });

  it('is on disk as an ERROR while it runs, in case its window ends, and only once in the end', async () => {
    const passing = start('passes');
    const folder = new UploadFolder(passing.outbox);
    const during: unknown[] = [];
    passing.onEvent = (event) => {
      if (event.event !== 'ui_request') return;
      if (event.form.some(({ key }) => key === 'serial_number')) {
        passing.answer(event.request_id, { serial_number: 'SN-0042', part_number: 'P1' });
        return;
      }
      void until(() => folder.list().then(([first]) => first), { what: 'the progress' }).then((progress) => {
        during.push(progress.outcome, progress.serial_number, progress.handed, progress.isBusy);
        passing.answer(event.request_id, { light: true });
      });
    };
    await passing.run();
    passing.endPlug();
    assert.deepEqual(during, ['ERROR', 'SN-0042', null, true]);
    assert.deepEqual(
      (await folder.list()).map(({ outcome, handed, isBusy }) => [outcome, handed, isBusy]),
      [['PASS', { status: null, message: null }, false]],
    );
  });

  it('asks again, with the reason, when the program refuses an answer', async () => {
    const refused = start('passes');
    const messages: string[] = [];
    refused.onEvent = (event) => {
      if (event.event !== 'ui_request') return;
      messages.push(event.message);
      if (event.form.some(({ key }) => key === 'serial_number')) {
        refused.answer(event.request_id, messages.length === 1 ? { part_number: 'P1' } : { serial_number: 'S' });
      }
      if (messages.length === 2) refused.stop();
    };
    await refused.run();
    assert.deepEqual(messages.slice(0, 2), [
      'Identify the unit',
      'Identify the unit\n\nSerial number: a value is required.',
    ]);
  });

  it('answers the unit form with the serial number that is known', async () => {
    const known = start('passes');
    known.onEvent = (event) => {
      if (event.event === 'serial_number_request') known.identify(event.request_id, 'SN-0007');
      if (event.event === 'ui_request') known.answer(event.request_id, { light: true });
    };
    await known.run({ asksSerialNumber: true });
    known.endPlug();
    assert.deepEqual(
      known.ofKind('ui_request').map(({ message }) => message),
      ['Is the green light on?'],
    );
    assert.equal(known.ofKind('run_complete')[0]?.serial_number, 'SN-0007');
  });

  it('fails by its limit, although the program records it as aborted', async () => {
    const failing = start('failedLimit');
    assert.equal(await failing.run(), 1);
    const [complete] = failing.ofKind('run_complete');
    assert.deepEqual([complete?.outcome, complete?.outcome_details], ['FAIL', ['A: measurement `v` failed: <= 1.0']]);
    assert.deepEqual(
      failing
        .ofKind('phase_complete')
        .map(({ name, outcome, measurements }) => [name, outcome, measurements[0]?.outcome]),
      [
        ['A', 'FAIL', 'FAIL'],
        ['B', 'SKIP', undefined],
        ['T', 'PASS', undefined],
      ],
    );
    const [saved] = failing.saved();
    assert.deepEqual([saved?.body.outcome, saved?.body.phases?.[0]?.docstring], ['FAIL', undefined]);
    assert.deepEqual(
      saved?.body.logs?.map(({ message }) => message),
      ['t', 'A: measurement `v` failed: <= 1.0'],
    );
  });

  it('is aborted by a stop, with the phase that ran closed', async () => {
    const stopped = start('stopped');
    stopped.onEvent = ({ event }) => {
      if (event === 'phase_started') stopped.stop();
    };
    await stopped.run();
    assert.equal(stopped.ofKind('run_complete')[0]?.outcome, 'ABORTED');
    assert.deepEqual(
      stopped.ofKind('phase_complete').map(({ outcome }) => outcome),
      ['ERROR'],
    );
    assert.deepEqual(
      stopped.saved().map(({ body }) => body.outcome),
      ['ABORTED'],
    );
  });

  it('is stopped before it has begun', async () => {
    const stopped = start('passes');
    const ended = stopped.run();
    setImmediate(() => stopped.stop());
    stopped.onEvent = ({ event }) => {
      if (event === 'ui_request') stopped.stop();
    };
    await ended;
    assert.equal(stopped.ofKind('run_complete')[0]?.outcome, 'ABORTED');
  });

  it('is killed with its processes when it does not stop, and saved as far as it was reported', async () => {
    const stuck = start('stopped');
    stuck.setSession((lines) => [
      ...lines.slice(0, 4),
      '{"stand_in":"child"}',
      ...lines.slice(4, 5),
      '{"stand_in":"stuck"}',
    ]);
    stuck.onEvent = ({ event }) => {
      if (event === 'phase_started') stuck.kill();
    };
    assert.equal(await stuck.run(), null);
    await until(() => !stuck.isPlugRunning(), { what: 'the end of the plug' });
    const [saved] = stuck.saved();
    assert.deepEqual([saved?.body.outcome, saved?.body.serial_number], ['ABORTED', 'S7']);
    assert.match(saved?.body.logs?.at(-1)?.message ?? '', /left no record/);
  });

  it('is an ERROR if the program dies or breaks a report', async () => {
    for (const [instruction, at] of [
      ['die', 0],
      ['die', 3],
      ['die', 9],
      ['die', 17],
      ['broken', 9],
    ] as const) {
      const dying = start('passes');
      dying.setSession((all) => all.toSpliced(at, 0, JSON.stringify({ stand_in: instruction })));
      dying.onEvent = (event) => {
        if (event.event !== 'ui_request') return;
        const isUnit = event.form.some(({ key }) => key === 'serial_number');
        dying.answer(event.request_id, isUnit ? { serial_number: 'SN-1', part_number: 'P1' } : { light: true });
      };
      await dying.run();
      const about = `${instruction} at ${at}`;
      assert.deepEqual(
        [dying.ofKind('run_crashed').length, ...dying.ofKind('run_complete').map(({ outcome }) => outcome)],
        at === 0 ? [1] : [0, 'ERROR'],
        about,
      );
      assert.deepEqual(
        dying.saved().map(({ body }) => body.outcome),
        at === 0 ? [] : ['ERROR'],
        about,
      );
      if (instruction === 'broken') dying.endPlug();
      else if (at > 5) await until(() => !dying.isPlugRunning(), { what: 'the end of the plug' });
      dying.remove();
    }
  });

  it('does not pass without a record', async () => {
    const unrecorded = start('failedLimit');
    unrecorded.setSession((lines) => [
      ...lines.slice(0, 3),
      ...lines.slice(7, 10),
      '{"type":"run_finished","outcome":"PASS","exit_code":0}',
    ]);
    writeFileSync(join(unrecorded.procedure, 'record.json'), '{"outcome":"PASS"}');
    await unrecorded.run();
    assert.equal(unrecorded.ofKind('run_complete')[0]?.outcome, 'ERROR');
    // Nothing is lost of a record that could not be read.
    assert.equal(readdirSync(join(unrecorded.storage, 'engine')).length, 1);
  });

  it('keeps the record of the program if the result cannot be saved, and says where', async () => {
    const full = start('failedLimit');
    rmSync(full.outbox, { recursive: true });
    writeFileSync(full.outbox, 'no folder');
    await full.run();
    assert.equal(full.ofKind('run_upload_failed').length, 1);
    const [home = ''] = readdirSync(join(full.storage, 'engine'));
    assert.ok(existsSync(join(full.storage, 'engine', home, '.tofupilot')));
    assert.match(full.output, new RegExp(`The files of this run stay in .*${home}`));
  });

  it('takes no record of another run', async () => {
    const other = start('failedLimit');
    const record = join(other.procedure, 'record.json');
    const queued = JSON.stringify([
      {
        queue_id: 'q',
        request: {
          ...z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(record, 'utf8'))),
          procedure_id: procedureId,
          serial_number: 'OTHER',
        },
      },
    ]);
    rmSync(record); // the program leaves no record of this run
    mkdirSync(join(other.folder, 'users', '.tofupilot'), { recursive: true });
    writeFileSync(join(other.folder, 'users', '.tofupilot', 'queue.json'), queued);
    other.program = join(other.folder, 'tofupilot');
    writeFileSync(other.program, `#!/bin/sh\nHOME='${join(other.folder, 'users')}' exec '${standIn}' "$@"\n`, {
      mode: 0o755,
    });
    await other.run();
    assert.match(other.output, /does not use the home folder that it was given/);
    // The program is ended at once, with or without the unit that it has reported.
    const [complete] = other.ofKind('run_complete');
    const unit = complete?.serial_number ?? null;
    assert.ok(unit === null || unit === 'S1', String(unit));
    assert.deepEqual(
      other.saved().map(({ body }) => body.serial_number),
      unit === null ? [] : [unit],
    );
  });

  it('takes no record of another procedure', async () => {
    const other = start('failedLimit');
    other.program = join(other.folder, 'tofupilot');
    writeFileSync(
      other.program,
      `#!/bin/sh\nTOFUPILOT_PROCEDURE_ID=6d3c4a0e-0000-4000-8000-000000000002 exec '${standIn}' "$@"\n`,
      { mode: 0o755 },
    );
    await other.run();
    assert.match(other.output, /No record of the run: the queued record is of the procedure 6d3c4a0e/);
    assert.deepEqual(
      other.saved().map(({ body }) => body.procedure_id),
      [procedureId],
    );
  });

  it('ends as it did if its home folder cannot be removed', async () => {
    const deep = start('failedLimit');
    deep.onEvent = ({ event }) => {
      if (event !== 'run_complete') return;
      const [home = ''] = readdirSync(join(deep.storage, 'engine'));
      // Together with the folders around it, it is longer than any path may be.
      const folder = Array<string>(20).fill('x'.repeat(200)).join('/');
      execFileSync('mkdir', ['-p', folder], { cwd: join(deep.storage, 'engine', home, '.tofupilot') });
    };
    try {
      assert.equal(await deep.run(), 1);
      assert.match(deep.output, /The home folder of this run could not be removed/);
    } finally {
      execFileSync('rm', ['-rf', deep.folder]);
    }
  });

  it('saves nothing in a dry run, nor if the procedure cannot be loaded', async () => {
    const dry = start('failedLimit');
    await dry.run({ mode: 'dry' });
    assert.equal(dry.ofKind('run_complete')[0]?.outcome, 'FAIL');
    assert.deepEqual(dry.saved(), []);
    dry.remove();
    const broken = start('failedLimit');
    broken.setSession((lines) => [
      lines[0] ?? '',
      '{"type":"run_crashed","exit_code":1,"stderr_tail":"Failed to parse YAML: x at line 2 column 3"}',
      '{"type":"run_finished","outcome":"FAIL","exit_code":1}',
    ]);
    await broken.run();
    const [crash] = broken.ofKind('run_crashed');
    assert.match(crash?.failure.message ?? '', /Failed to parse YAML/);
    assert.deepEqual([broken.ofKind('run_started').length, broken.saved().length], [0, 0]);
  });

  it('finds the user’s files in its home folder, and keeps those that phases create', async () => {
    const { EngineHome } = await import('../../../../src/extension/run/engine/engineHome.ts');
    const home = start('stopped');
    writeFileSync(join(home.folder, '.bench.cfg'), 'x');
    const created = await EngineHome.create(home.storage, home.folder);
    assert.equal(readFileSync(join(created.path, '.bench.cfg'), 'utf8'), 'x');
    assert.deepEqual(await created.remove(), []);
    assert.equal(existsSync(created.path), false);
    assert.equal(readFileSync(join(home.folder, '.bench.cfg'), 'utf8'), 'x');
    const again = await EngineHome.create(home.storage, home.folder);
    writeFileSync(join(again.path, 'new.txt'), 'y');
    assert.deepEqual(await again.remove(), ['new.txt']);
    assert.deepEqual(readdirSync(again.path).includes('.tofupilot'), false);
  });
});
