import { bounds, type LiveTest, type TestPatch } from '../../shared/contract/liveTest.ts';
import type { RunnerEvent } from '../../shared/contract/runner.ts';
import { assistantMetadata } from '../../shared/contract/startedBy.ts';
import { isRasterDataUrl } from '../../shared/format/images.ts';
import { testPatchOf } from '../../shared/live/livePatch.ts';
import { testAfterEvent, testAfterScriptEnd } from '../../shared/live/runnerState.ts';
import type { LiveScript } from '../connection/liveScripts.ts';
import { readPromptImage, withPictures } from '../connection/promptImage.ts';

type TestUpdate =
  | { readonly test: LiveTest; readonly number: number }
  | { readonly patch: TestPatch; readonly number: number };

export class TestReport {
  #test: LiveTest | null = null;
  #sent: LiveTest | null = null;
  #number = 0;

  get test(): LiveTest | null {
    return this.#test;
  }

  handleEvent(event: RunnerEvent, { folder, isByAssistant }: LiveScript): void {
    const test = testAfterEvent(this.#test, event.event === 'ui_request' ? withImage(event, folder) : event);
    const isMarked = test !== null && event.event === 'run_started' && isByAssistant;
    this.#test = isMarked ? { ...test, ...assistantMetadata } : test;
  }

  end(): void {
    this.#test = testAfterScriptEnd(this.#test, Date.now());
  }

  reset(): void {
    this.#sent = null;
  }

  takePending(): TestUpdate | undefined {
    const test = this.#test;
    const sent = this.#sent;
    if (test === null || test === sent) return undefined;
    this.#sent = test;
    this.#number += 1;
    const patch = sent?.execution_id === test.execution_id ? testPatchOf(sent, test) : null;
    return patch === null ? { test, number: this.#number } : { patch, number: this.#number };
  }
}

/** The bytes of the largest image that fits into a live test: in base64 it grows by a third. */
const maxImageBytes = Math.floor(bounds.image * 0.74);

function withImage(event: RunnerEvent & { event: 'ui_request' }, folder: string): RunnerEvent {
  const form = withPictures(event.form, [folder], maxImageBytes);
  const address = event.image_url;
  if (address === null || /^data:/i.test(address)) return { ...event, form };
  const image = readPromptImage(address, [folder], maxImageBytes);
  if (image.kind !== 'shown' || !isRasterDataUrl(image.address)) return { ...event, form }; // views display the address instead
  return { ...event, form, image_url: image.address };
}
