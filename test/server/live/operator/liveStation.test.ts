import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Listener } from '../../../../src/server/live/openStreams.ts';
import { EditorWindow } from '../../../../src/server/live/operator/editorWindow.ts';
import { LiveStation } from '../../../../src/server/live/operator/liveStation.ts';
import type { TestSource } from '../../../../src/server/live/operator/testSource.ts';
import type { LiveTest } from '../../../../src/shared/contract/liveTest.ts';
import { liveTest } from './liveTests.ts';

class StreamAtWork implements TestSource {
  readonly kind = 'stream';
  readonly isConnected = true;
  readonly startedAtMs = performance.now();
  readonly isStopping = false;
  readonly isBusy = false;
  readonly stop = null;
  test: LiveTest;

  constructor(execution: string) {
    this.test = liveTest(execution);
  }

  answer(): void {}
}

/** A station on which one window tests several units, and whose scripts may stream. */
class StationAtWork {
  readonly station = new LiveStation('station', () => undefined);
  readonly #windows = new Map<number, EditorWindow>();

  report(slot: number, report: Parameters<EditorWindow['applyReport']>[0]): void {
    const window = this.#windows.get(slot) ?? this.#window(slot);
    window.applyReport(report);
    this.station.update(window, slot);
  }

  #window(slot: number): EditorWindow {
    const window = new EditorWindow();
    this.#windows.set(slot, window);
    this.station.add(window, slot);
    window.attach(new Listener());
    window.applyReport({ number: 0, offer: { script: 'main.py' } });
    return window;
  }

  start(slot: number, execution: string): void {
    this.report(slot, { number: 0, busy: true, test: liveTest(execution) });
  }

  end(slot: number, execution: string): void {
    this.report(slot, { number: 0, busy: false, test: liveTest(execution, 'completed') });
  }

  stream(execution: string): StreamAtWork {
    const source = new StreamAtWork(execution);
    this.update(source);
    return source;
  }

  update(source: TestSource): void {
    this.station.add(source);
    this.station.update(source);
  }

  shown(slot: number): string | undefined {
    return this.station.slot(slot).state.test?.execution_id;
  }
}

describe('the slots of a station', () => {
  it('show the test of the editor when its script streams the same execution', () => {
    const bench = new StationAtWork();
    bench.stream('a');
    assert.equal(bench.station.state.source, 'stream');
    bench.start(1, 'a');
    assert.equal(bench.station.state.source, 'editor');
  });

  it('start a unit while another one is tested in another slot', () => {
    const bench = new StationAtWork();
    bench.start(1, 'a');
    bench.report(2, { number: 0 });
    const startOf = (slot: number) => bench.station.slot(slot).state.actions.start;
    assert.deepEqual([startOf(1), startOf(2)], ['running', null]);
  });

  it('start nothing while a test streams that no editor runs', () => {
    const bench = new StationAtWork();
    bench.report(2, { number: 0 });
    bench.stream('from a terminal');
    assert.equal(bench.station.slot(2).state.actions.start, 'running');
  });

  it('stop the test that is named, whichever slot it has', () => {
    const bench = new StationAtWork();
    bench.start(1, 'a');
    bench.start(2, 'b');
    bench.station.stop('b');
    const stopOf = (slot: number) => bench.station.slot(slot).state.actions.stop;
    assert.deepEqual([stopOf(1), stopOf(2)], [null, 'stopping']);
  });

  it('show each test in its own slot and in no other, whatever streams and ends when', () => {
    const slots = [1, 2, 3];
    const step = fc.record({ slot: fc.constantFrom(...slots), what: fc.constantFrom('stream', 'start', 'end') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const bench = new StationAtWork();
        const streams = new Map<number, StreamAtWork>();
        const running = new Map<number, string>();
        const last = new Map<number, string>();
        let count = 0;
        for (const { slot, what } of steps) {
          if (what === 'start' && !running.has(slot)) {
            const execution = `${slot}-${(count += 1)}`;
            running.set(slot, execution);
            last.set(slot, execution);
            bench.start(slot, execution);
          }
          const execution = running.get(slot);
          if (execution === undefined) continue;
          if (what === 'stream') streams.set(slot, bench.stream(execution));
          if (what === 'end') {
            running.delete(slot);
            bench.end(slot, execution);
            const stream = streams.get(slot);
            if (stream?.test.execution_id === execution) {
              stream.test = liveTest(execution, 'completed');
              bench.update(stream);
            }
          }
          for (const each of slots) assert.equal(bench.shown(each), last.get(each));
        }
      }),
    );
  });
});
