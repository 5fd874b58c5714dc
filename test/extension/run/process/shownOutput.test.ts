import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ShownOutput } from '../../../../src/extension/run/process/shownOutput.ts';
import { SetClock } from '../../../support/setClock.ts';

function setUp(): { clock: SetClock; shown: string[]; output: ShownOutput } {
  const clock = new SetClock();
  const shown: string[] = [];
  const output = new ShownOutput((text) => shown.push(text), (count) => `[${count} left out]`, clock); // prettier-ignore
  return { clock, shown, output };
}

describe('ShownOutput', () => {
  it('shows output at once and completely while it is slow enough to be read', async () => {
    const { clock, shown, output } = setUp();
    const line = `${'x'.repeat(999)}\n`;
    for (let second = 0; second < 1000; second += 1) {
      for (let n = 0; n < 100; n += 1) output.add(line);
      await clock.pass(1000);
    }
    assert.equal(shown.length, 100_000);
    assert.ok(shown.every((each) => each === line));
  });

  it('shows the beginning of output that is too fast, then the last lines of each second', async () => {
    const { clock, shown, output } = setUp();
    const chunk = `${'x'.repeat(99)}\n`.repeat(655);
    let printed = 0;
    const flood = (): void => {
      for (let n = 0; n < 100; n += 1) output.add(chunk);
      printed += 100 * chunk.length;
    };
    flood();
    assert.equal(shown.length, 15);
    await clock.pass(1000);
    assert.equal(shown.length, 17);
    flood();
    output.add('the end');
    output.flush();
    const whole = shown.join('');
    assert.ok(whole.length < 1_100_000 && whole.endsWith(`\n${'x'.repeat(99)}\nthe end`));
    const leftOut = [...whole.matchAll(/\[(\d+) left out\]/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const said = [...whole.matchAll(/\n\[\d+ left out\]\n/g)].reduce((sum, [text]) => sum + text.length, 0);
    assert.equal(whole.length - said + leftOut, printed + 'the end'.length);
    output.flush();
    assert.equal(shown.join(''), whole);
  });
});
