import { readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bounds, type LiveTest, type TestPatch } from '../../shared/contract/liveTest.ts';
import type { RunnerEvent } from '../../shared/contract/runner.ts';
import { testPatchOf } from '../../shared/live/livePatch.ts';
import { readRunnerEvent, scriptEnded } from '../../shared/live/runnerState.ts';
import type { LiveScript } from '../connection/liveScripts.ts';

/** What is to be reported of a test: the whole of it, or what has changed. */
export type TestUpdate =
  { readonly test: LiveTest; readonly number: number } | { readonly patch: TestPatch; readonly number: number };

/** The test that a script of this window runs, and how much of it the server has. */
export class TestReport {
  #test: LiveTest | null = null;
  #told: LiveTest | null = null;
  #number = 0;

  get test(): LiveTest | null {
    return this.#test;
  }

  take(event: RunnerEvent, { folder }: LiveScript): void {
    this.#test = readRunnerEvent(this.#test, event.event === 'ui_request' ? withImage(event, folder) : event);
  }

  end(): void {
    this.#test = scriptEnded(this.#test, Date.now());
  }

  /** The server lacks what came before. */
  forget(): void {
    this.#told = null;
  }

  /** What the server does not have yet; it counts as told. */
  news(): TestUpdate | undefined {
    const [test, told] = [this.#test, this.#told];
    if (test === null || test === told) return undefined;
    this.#told = test;
    this.#number += 1;
    const patch = told?.execution_id === test.execution_id ? testPatchOf(told, test) : null;
    return patch === null ? { test, number: this.#number } : { patch, number: this.#number };
  }
}

const types: Record<string, string> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.gif': 'gif',
  '.webp': 'webp',
};

/** A picture that is a file beside the script goes along; views load nothing by themselves. */
function withImage(event: RunnerEvent & { event: 'ui_request' }, folder: string): RunnerEvent {
  const address = event.image_url;
  if (address === null || /^(data|https?):/i.test(address)) return event;
  try {
    const file = address.startsWith('file:') ? fileURLToPath(address) : resolve(folder, address);
    const type = types[extname(file).toLowerCase()];
    // In base64 it grows by a third.
    if (type === undefined || statSync(file).size > bounds.image * 0.74) return event;
    return { ...event, image_url: `data:image/${type};base64,${readFileSync(file).toString('base64')}` };
  } catch {
    return event; // the address is shown instead
  }
}
