import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LiveTest } from '../../src/shared/contract/liveTest.ts';
import { operator, windowRequest } from '../../src/shared/contract/operator.ts';
import { type RunnerEvent, runnerEvent } from '../../src/shared/contract/runner.ts';
import { testPatchOf } from '../../src/shared/live/livePatch.ts';
import { testAfterEvent } from '../../src/shared/live/runnerState.ts';
import { type Reply, type TestClient } from './requests.ts';
import { openSse } from './sse.ts';
import { pathOf } from './watcher.ts';

/** An event of the runner, of the execution `x`. */
export const event = (fields: object): RunnerEvent => runnerEvent.parse({ execution_id: 'x', time: 1000, ...fields });
export const asked = (id: string, message = 'Ready?', execution_id = 'x'): RunnerEvent =>
  event({ event: 'ui_request', execution_id, request_id: id, message, text_input: true, image_url: null });

interface EditorOptions {
  readonly slot?: number;
  readonly execution?: string;
  /** Of the window. */
  readonly id?: string;
}

/** A window of an editor that runs a test. */
export class EditorAtWork {
  readonly id: string;
  readonly #client: TestClient;
  readonly #station: string;
  readonly #slot: number;
  readonly #execution: string;
  test: LiveTest | null = null;
  #sent: LiveTest | null = null;
  #number = 0;

  constructor(client: TestClient, station: string, { slot = 1, execution = 'x', id }: EditorOptions = {}) {
    this.#client = client;
    this.#station = station;
    this.#slot = slot;
    this.#execution = execution;
    this.id = id ?? randomUUID();
  }

  get params(): { id: string; window_id: string } {
    return { id: this.#station, window_id: this.id };
  }

  requests(url: string, key: string) {
    const path = `${pathOf(operator.requests, this.params)}?slot=${this.#slot}`;
    return openSse(url, path, key, windowRequest);
  }

  report(body: object): Promise<Reply> {
    return this.#client.send(operator.report, { params: this.params, body: { ...body, slot: this.#slot } });
  }

  /** Tells what the events make of the test: the first time as a whole, then what has changed. */
  async tell(...events: RunnerEvent[]): Promise<Reply> {
    for (const each of events) this.test = testAfterEvent(this.test, each);
    const { test } = this;
    assert.ok(test);
    const patch = this.#sent?.execution_id === test.execution_id ? testPatchOf(this.#sent, test) : null;
    this.#sent = test;
    this.#number += 1;
    return this.report(
      patch ? { patch, number: this.#number, busy: true } : { test, number: this.#number, busy: true },
    );
  }

  /** A patch that needs a state before it. */
  anyPatch(): unknown {
    assert.ok(this.test);
    return testPatchOf({ ...this.test, phases: [] }, this.test);
  }

  begin(id = this.#execution, phases = ['measure']): Promise<Reply> {
    return this.tell(
      event({
        event: 'run_started',
        execution_id: id,
        kind: 'openhtf',
        name: 'board',
        procedure_id: 'FVT1',
        part_number: 'PCBA01',
        phases: phases.map((name, index) => ({ key: String(index), name, docstring: null, place: null })),
      }),
    );
  }
}
