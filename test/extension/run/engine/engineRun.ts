import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { EngineProcess } from '../../../../src/extension/run/engine/engineProcess.ts';
import { isAlive } from '../../../../src/extension/vscode/processes.ts';
import { type NewRunBody, newRunBody } from '../../../../src/shared/contract/newRuns.ts';
import { type PendingUploadEntry, pendingUploadEntry } from '../../../../src/shared/contract/pendingUpload.ts';
import { formAnswer, type PromptValues } from '../../../../src/shared/contract/promptForm.ts';
import type { RunMode, RunnerEvent } from '../../../../src/shared/contract/runner.ts';
import { readProcedure } from '../../../../src/shared/procedure/readProcedure.ts';
import { procedureId } from '../../../support/engine/streams.ts';

export const standIn = join(import.meta.dirname, '../../../support/engine/standInTofupilot.mjs');
const fixtures = join(import.meta.dirname, '../../../fixtures/engine');

export interface SavedResult {
  readonly entry: PendingUploadEntry;
  readonly body: NewRunBody;
  readonly files: readonly string[];
}

/** Runs a recorded session in a folder of its own, with the stand-in for the TofuPilot program. */
export class EngineRun {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')));
  readonly procedure = join(this.folder, 'procedure');
  readonly outbox = join(this.folder, 'outbox');
  readonly storage = join(this.folder, 'storage');
  readonly events: RunnerEvent[] = [];
  output = '';
  program = standIn;
  #process: EngineProcess | undefined;
  onEvent: (event: RunnerEvent) => void = () => undefined;

  constructor(session: string) {
    cpSync(join(fixtures, session), this.procedure, { recursive: true });
    mkdirSync(join(this.procedure, 'venv'));
    mkdirSync(this.outbox);
  }

  /** Replaces the session, one event or instruction of the stand-in a line. */
  setSession(change: (lines: string[]) => string[]): void {
    const file = join(this.procedure, 'session.jsonl');
    writeFileSync(file, change(readFileSync(file, 'utf8').trim().split('\n')).join('\n'));
  }

  async run({ mode = 'push', asksSerialNumber = false }: { mode?: RunMode; asksSerialNumber?: boolean } = {}): Promise<
    number | null
  > {
    const file = join(this.procedure, 'procedure.yaml');
    const declared = readProcedure(readFileSync(file, 'utf8'), file);
    if (declared === undefined) throw new Error(`${file} is no procedure`);
    this.#process = await EngineProcess.start(
      {
        mode,
        program: this.program,
        procedure: this.procedure,
        cwd: this.procedure,
        env: { STATION_API_KEY: '' },
        declared,
        executionId: 'execution-1',
        asksSerialNumber,
        procedureId,
        place:
          mode === 'dry'
            ? undefined
            : {
                folder: this.outbox,
                script: file,
                place: { instance: 'i', server: 's', station: { id: 'station-1', name: 'Bench' } },
              },
        storage: this.storage,
      },
      {
        event: (event) => {
          this.events.push(event);
          this.onEvent(event);
        },
        output: (text) => (this.output += text),
        protocolError: (message) => (this.output += message),
        childDied: () => undefined,
      },
    );
    return this.#process.ended;
  }

  answer(request_id: string, values: PromptValues): void {
    this.#process?.send({ command: 'ui_response', request_id, value: formAnswer(values) });
  }

  identify(request_id: string, serial_number: string): void {
    this.#process?.send({ command: 'serial_number_response', request_id, serial_number });
  }

  stop(): void {
    this.#process?.send({ command: 'stop' });
  }

  kill(): void {
    this.#process?.send({ command: 'kill' });
  }

  ofKind<K extends RunnerEvent['event']>(kind: K): (RunnerEvent & { event: K })[] {
    return this.events.filter((each): each is RunnerEvent & { event: K } => each.event === kind);
  }

  saved(): SavedResult[] {
    const read = <S extends z.ZodType>(path: string, schema: S): z.output<S> =>
      schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return readdirSync(this.outbox).map((name) => {
      const folder = join(this.outbox, name);
      const entry = read(join(folder, 'entry.json'), pendingUploadEntry);
      const files = entry.attachments.map(({ file }) => readFileSync(join(folder, file), 'utf8'));
      return { entry, body: read(join(folder, 'body.json'), newRunBody), files };
    });
  }

  /** Returns whether the process that the stand-in started as a plug runs; one that only waits to be reaped does not. */
  isPlugRunning(): boolean {
    const pid = readFileSync(join(this.procedure, 'child.pid'), 'utf8');
    if (!isAlive(Number(pid))) return false;
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  }

  /** Ends the process that the stand-in started as a plug. */
  endPlug(): void {
    process.kill(Number(readFileSync(join(this.procedure, 'child.pid'), 'utf8')), 'SIGKILL');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
