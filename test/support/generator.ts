import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const generator = path.join(import.meta.dirname, '../runner/generator');

/**
 * Runs random scripts of a kind. `GENERATOR_COUNT` and `GENERATOR_SEED` of the environment give their number and their
 * seed, with which the same scripts are run again.
 *
 * @param count how many, where the environment does not say it
 * @returns the last line of the output, which has the seed
 * @throws AssertionError with the whole output if a script made a difference
 */
export async function runGenerator(python: string, kind: string, count: string, ...args: string[]): Promise<string> {
  const child = spawn(python, [generator, kind, '--count', process.env['GENERATOR_COUNT'] ?? count, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(child.exitCode, 0, output);
  return output.trim().split('\n').at(-1) ?? '';
}
