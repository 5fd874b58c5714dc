import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { startProcedure } from '../../../../src/extension/run/engine/startProcedure.ts';
import type { TestProcess } from '../../../../src/extension/run/kinds/testProcess.ts';
import type { RunnerEvent } from '../../../../src/shared/contract/runner.ts';
import { readProcedure } from '../../../../src/shared/procedure/readProcedure.ts';
import { procedureId } from '../../../support/engine/streams.ts';
import { EngineRun, standIn } from './engineRun.ts';

describe('the start of a procedure', () => {
  let run: EngineRun | undefined;
  afterEach(() => run?.remove());

  /** @param onEvent may act before the program starts */
  function start(session: string, onEvent: (event: RunnerEvent, process: TestProcess) => void, program = standIn) {
    run = new EngineRun(session);
    const { procedure, outbox, storage } = run;
    const file = join(procedure, 'procedure.yaml');
    const declared = readProcedure(readFileSync(file, 'utf8'), file);
    assert.ok(declared !== undefined);
    const events: RunnerEvent[] = [];
    const plan = {
      mode: 'push' as const,
      program,
      procedure,
      cwd: procedure,
      env: {},
      declared,
      asksSerialNumber: false,
      place: {
        folder: outbox,
        script: file,
        place: { instance: 'i', server: 's', station: { id: 'station-1', name: 'Bench' } },
      },
      storage,
    };
    const listener = {
      event: (event: RunnerEvent) => {
        events.push(event);
        onEvent(event, process);
      },
      output: () => undefined,
      protocolError: () => undefined,
      childDied: () => undefined,
    };
    const process = startProcedure(plan, listener, (error) => new Error('It cannot be started.', { cause: error }));
    return { process, events, outbox, storage };
  }

  for (const how of ['kill', 'stop'] as const) {
    it(`ends without the program after a ${how} while it asks under which procedure it runs`, async () => {
      const started = start('passes', (event, process) => {
        if (event.event !== 'procedure_request') return;
        if (how === 'kill') process.kill();
        else process.send({ command: 'stop' });
      });
      assert.equal(await started.process.ended, 1);
      assert.deepEqual(
        started.events.map(({ event }) => event),
        ['procedure_request'],
      );
      assert.deepEqual([existsSync(started.storage), readdirSync(started.outbox)], [false, []]);
    });

    it(`is no PASS after a ${how} at the moment in which the program starts`, async () => {
      const started = start('stopped', (event, process) => {
        if (event.event !== 'procedure_request') return;
        const { request_id } = event;
        process.send({ command: 'procedure_response', request_id, procedure_id: procedureId });
        if (how === 'kill') process.kill();
        else process.send({ command: 'stop' });
      });
      assert.notEqual(await started.process.ended, 0);
      const outcomes = started.events.flatMap((event) => (event.event === 'run_complete' ? [event.outcome] : []));
      assert.ok(
        outcomes.every((outcome) => outcome === 'ABORTED'),
        outcomes.join(),
      );
    });
  }

  it('fails with a sentence for people if the program cannot be started', async () => {
    const answer = (event: RunnerEvent, process: TestProcess): void => {
      if (event.event !== 'procedure_request') return;
      process.send({ command: 'procedure_response', request_id: event.request_id, procedure_id: procedureId });
    };
    const started = start('passes', answer, '/nowhere/tofupilot');
    await assert.rejects(started.process.ended, /It cannot be started/);
  });
});
