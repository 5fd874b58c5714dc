#!/usr/bin/env node
/**
 * A stand-in for TofuPilot's command line program, for tests on machines without it. It runs no procedure: it replays a session
 * from `session.jsonl` in the procedure's folder, in the form of version 1.4.1 of the real program, and adds nothing that the
 * real one does not print. Each line of a session is an event without its number, or an instruction:
 * `{"stand_in": "abort"}` writes the file `waiting` and waits for abort_run, `"pause"` lasts as long as a phase would, `"child"` starts a process as a plug does, `"die"` ends without a word,
 * `"broken"` prints half a line, and `"stuck"` ignores every command. `"act"` writes its process id to `acts-SLOT`, and waits for the
 * file `go` or abort_run. `record.json` is what is queued at the end: of an aborted run, without the phases that did not end.
 * The texts `/bench`, `/slot` and `/serial` in both files are the folder, the number of the slot, and the unit of the run.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const home = join(process.env.HOME ?? homedir(), '.tofupilot');
const queueFile = join(home, 'queue.json');
const [command, ...args] = process.argv.slice(2);

function answerQueue([action, id]) {
  const queue = readQueue();
  if (action === 'ls') for (const { queue_id } of queue) console.log(JSON.stringify({ queue_id, status: 'pending' }));
  const entry = queue.find(({ queue_id }) => queue_id === id);
  if (action !== 'ls' && entry === undefined) fail(`no entry ${id}`);
  if (action === 'export') console.log(JSON.stringify(entry.request));
  if (action === 'get') console.log(JSON.stringify(entry));
}

function readQueue() {
  return existsSync(queueFile) ? JSON.parse(readFileSync(queueFile, 'utf8')) : [];
}

function fail(message) {
  console.error(`✗ ${message}`);
  process.exit(1);
}

async function run([folder, ...options]) {
  if (!existsSync(join(folder, 'venv'))) fail('no venv');
  console.error('tofupilot 1.4.1 (stand-in)');
  mkdirSync(join(home, 'logs'), { recursive: true });
  console.error(`Run log: ${join(home, 'logs', 'run-1.log')}`);
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const session = new Session(folder, options, lines);
  process.on('SIGTERM', () => process.exit(130));
  await session.replay();
}

class Session {
  #seq = 0;
  #finishedPhases = 0;
  #serialNumber = '';
  #wasAborted = false;

  constructor(folder, options, lines) {
    this.folder = folder;
    this.options = options;
    this.lines = lines;
  }

  async replay() {
    const text = readFileSync(join(this.folder, 'session.jsonl'), 'utf8');
    for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
      const event = JSON.parse(this.#filledIn(line));
      if (event.stand_in !== undefined) await this.#instruct(event);
      else if (event.type === 'ui_request' || event.type === 'identify_request') await this.#ask(event);
      else if (event.type === 'run_finished') this.#finish(event);
      else this.#print(event);
      if (this.#wasAborted) return;
    }
  }

  #filledIn(text) {
    return text
      .replaceAll('/bench', this.folder)
      .replaceAll('"/slot"', process.env.TEST_STATIONS_SLOT)
      .replaceAll('/serial', this.#serialNumber);
  }

  #print(event) {
    if (event.type === 'phase_finished') this.#finishedPhases += 1;
    const now = new Date().toISOString();
    const times = Object.keys(event).filter((key) => /_at$|^timestamp$/.test(key));
    const current = Object.fromEntries(times.map((key) => [key, now]));
    const numbered = /^(stdout|upload_queued)$/.test(event.type) ? {} : { seq: this.#seq++ };
    process.stdout.write(`${JSON.stringify({ ...event, seq: undefined, ...current, ...numbered })}\n`);
  }

  async #ask(event) {
    const request_id = randomUUID();
    this.#print({ ...event, request_id });
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) {
        this.#finish({ type: 'run_finished', outcome: 'FAIL', exit_code: 1 });
        return;
      }
      const command = JSON.parse(value);
      if (command.type === 'abort_run') {
        this.#abort();
        return;
      }
      const refusal = refusalOf(event.components, request_id, command);
      if (refusal === undefined) {
        const { values } = command;
        if (event.type === 'identify_request') {
          this.#serialNumber = values.serial_number;
          this.#print({ type: 'identify_resolved', slot_id: 'default', unit: values });
        }
        return;
      }
      this.#print({ type: 'ui_error', request_id: null, field: null, got: null, expected: null, ...refusal });
    }
  }

  async #instruct({ stand_in: instruction, milliseconds }) {
    if (instruction === 'pause') await new Promise((settle) => setTimeout(settle, milliseconds));
    if (instruction === 'abort') {
      writeFileSync(join(this.folder, 'waiting'), '');
      for (;;) {
        const { value, done } = await this.lines.next();
        if (done) return;
        if (JSON.parse(value).type === 'abort_run') {
          this.#abort();
          return;
        }
      }
    }
    if (instruction === 'act') await this.#act();
    if (instruction === 'child') {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      writeFileSync(join(this.folder, 'child.pid'), String(child.pid));
      child.unref();
    }
    if (instruction === 'die') process.kill(process.pid, 'SIGKILL');
    if (instruction === 'broken') process.stdout.write('{"seq":\n');
    if (instruction === 'stuck') await new Promise(() => setInterval(() => undefined, 1000));
  }

  async #act() {
    const sign = join(this.folder, `acts-${process.env.TEST_STATIONS_SLOT}`);
    writeFileSync(`${sign}.new`, String(process.pid));
    renameSync(`${sign}.new`, sign);
    const command = this.lines.next();
    while (!existsSync(join(this.folder, 'go'))) {
      const pause = new Promise((settle) => setTimeout(settle, 10));
      const line = await Promise.race([command, pause]);
      if (line === undefined) continue;
      this.#abort();
      return;
    }
  }

  #abort() {
    this.#wasAborted = true;
    this.#print({
      type: 'plug_status',
      plug_key: 'psu',
      plug_name: 'PSU',
      status: 'skipped',
      stage: 'teardown',
      scope: 'slot',
    });
    this.#finish({ type: 'run_finished', outcome: 'FAIL', exit_code: 1 }, 'ERROR');
  }

  #finish(event, outcome) {
    const file = join(this.folder, 'record.json');
    if (this.options.includes('--upload') && existsSync(file)) {
      const { attachments = [], ...request } = JSON.parse(this.#filledIn(readFileSync(file, 'utf8')));
      request.procedure_id = process.env.TOFUPILOT_PROCEDURE_ID ?? request.procedure_id;
      request.started_at = request.ended_at = new Date().toISOString();
      if (outcome !== undefined) {
        request.outcome = outcome;
        request.phases = request.phases.slice(0, this.#finishedPhases);
      }
      const queue_id = `${request.procedure_id}_${Date.now()}`;
      writeFileSync(queueFile, JSON.stringify([{ queue_id, request, attachments }]));
      this.#print({ type: 'upload_queued', queue_id });
      this.#print({ type: 'run_upload_queued', queue_id });
    }
    this.#print(event);
    process.exit(event.exit_code);
  }
}

/** Returns what the real program answers to wrong values; undefined if it takes them. */
function refusalOf(components, request_id, { type, request_id: answered, values }) {
  if (type !== 'ui_response') return { reason: 'parse_error' };
  if (answered !== request_id) return { reason: 'unknown_request', got: answered };
  for (const field of Object.keys(values)) {
    if (!components.some(({ key, is_input }) => key === field && is_input))
      return { request_id, reason: 'unknown_field', field };
  }
  for (const { key, required, is_input, min, max } of components) {
    const value = values[key];
    const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (is_input && required && isEmpty) return { request_id, reason: 'missing_required', field: key };
    if (isEmpty) continue;
    if (min !== undefined && Number(value) < min)
      return { request_id, reason: 'invalid_value', field: key, got: value, expected: `>= ${min}` };
    if (max !== undefined && Number(value) > max)
      return { request_id, reason: 'invalid_value', field: key, got: value, expected: `<= ${max}` };
  }
  return undefined;
}

if (command === '--version') console.log(`tofupilot ${process.env.STAND_IN_VERSION ?? '1.4.1'}`);
else if (command === 'queue') answerQueue(args);
else if (command === 'run') await run(args);
else fail(`unknown command ${command}`);
