import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'mocha';
import { withEachPython } from './support/script.ts';

const generator = path.join(import.meta.dirname, 'generator');

withEachPython('Random scripts', (python) => {
  /** Runs scripts of a kind; the seed is in the output, with which the same scripts are run again. */
  const run = async (kind: string, count: string): Promise<void> => {
    const child = spawn(python, [generator, kind, '--count', process.env['GENERATOR_COUNT'] ?? count], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.equal(child.exitCode, 0, output);
    process.stdout.write(`    ${output.trim().split('\n').at(-1)}\n`);
  };

  it('of plain phases are stored with the verdicts that an oracle computes from their descriptions', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(600_000);
    await run('plain', '150');
  });

  it('of OpenHTF tests are kept and reported as OpenHTF records them', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(600_000);
    await run('openhtf', '50');
  });
});
