import type { Page } from 'playwright-core';
import type { WindowRequest } from '../../../src/shared/contract/operator.ts';
import type { TestStation } from '../../server/bench.ts';
import { asked, EditorAtWork, event } from '../../server/editorAtWork.ts';

/** Opens the browser page of a station that no script tests on yet, with the key of the station. */
export async function openOperatorPage(page: Page, serverUrl: string, station: TestStation): Promise<void> {
  await page.goto(`${serverUrl}/operator/#${station.id}`);
  await page.getByLabel('Station key or user key').fill(station.key);
  await page.keyboard.press('Enter');
  await page.getByText('To start tests here, set a script').waitFor();
}

/** A slot whose window reports tests, and what the window was asked to do. */
export class SlotAtWork {
  readonly editor: EditorAtWork;
  readonly number: number;
  readonly requests: WindowRequest[] = [];
  readonly #slotCount: number;
  #execution = '';
  #count = 0;

  /** @param slotCount how many slots the station has */
  constructor(station: TestStation, number: number, slotCount: number) {
    this.number = number;
    this.#slotCount = slotCount;
    this.editor = new EditorAtWork(station.client, station.id, { slot: number });
  }

  async open(url: string, key: string): Promise<void> {
    const stream = await this.editor.requests(url, key);
    void (async () => {
      for (let next = await stream.next(); next !== null; next = await stream.next()) this.requests.push(next);
    })();
    const offer = { script: 'board.py', next_serial_number: `SN-${this.number}00`, loop: false, problem: null };
    await this.editor.report({ offer: { ...offer, slots: this.#slotCount } });
  }

  get starts(): string[] {
    return this.requests.flatMap((each) => (each.event === 'start' ? [each.data.serial_number] : []));
  }

  /** By prompt, because an answer is sent again until the test has accepted it. */
  get answers(): Map<string, string> {
    return new Map(
      this.requests.flatMap((each) =>
        each.event === 'answer' ? [[each.data.prompt_id, each.data.text] as const] : [],
      ),
    );
  }

  get isRunning(): boolean {
    return this.editor.test !== null && this.editor.test.status !== 'completed';
  }

  get prompt(): string | null {
    return this.isRunning ? (this.editor.test?.prompt?.id ?? null) : null;
  }

  async begin(unit: string): Promise<void> {
    this.#count += 1;
    this.#execution = `e${this.number}-${this.#count}`;
    await this.editor.begin(this.#execution);
    await this.editor.tell(
      event({ event: 'phase_started', key: '0', name: 'measure', attempt: 0, ...this.#of, serial_number: unit }),
    );
  }

  get #of() {
    return { execution_id: this.#execution, time: Date.now() };
  }

  async ask(message = 'Scan the label', change: object = {}): Promise<string> {
    this.#count += 1;
    const id = `p${this.number}-${this.#count}`;
    await this.editor.tell(event({ ...asked(id, message), ...this.#of, ...change }));
    return id;
  }

  async resolve(): Promise<void> {
    await this.editor.tell(event({ event: 'ui_resolved', ...this.#of, request_id: this.prompt ?? '' }));
  }

  async end(outcome: 'PASS' | 'FAIL' = 'PASS'): Promise<void> {
    const now = Date.now();
    const unit = this.editor.test?.serial_number;
    const measured = { name: 'rail_5v', measured_value: 5.62, units: 'V', validators: ['4.8 <= x <= 5.2'] };
    await this.editor.tell(
      event({
        event: 'phase_complete',
        ...{ key: '0', name: 'measure', attempt: 0, outcome, failure: null, ...this.#of },
        ...{ start_time_millis: now - 4000, end_time_millis: now },
        measurements: [{ ...measured, outcome, docstring: null }],
      }),
      event({
        event: 'run_complete',
        ...{ outcome, serial_number: unit, outcome_details: [], phases_run: 1, ...this.#of },
        ...{ start_time_millis: now - 8000, end_time_millis: now },
      }),
    );
    await this.editor.report({ busy: false });
  }
}
