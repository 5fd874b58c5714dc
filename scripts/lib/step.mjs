import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logs } from './places.mjs';
import { Trouble } from './trouble.mjs';

/**
 * @typedef {object} Step
 * @property {string} name of its log file
 * @property {string} title what is being done, for the progress line
 * @property {() => boolean} isDone
 * @property {(run: Run) => Promise<void>} work
 *
 * @typedef {(program: string, args: string[], options?: { cwd?: string, env?: NodeJS.ProcessEnv, trouble?: string }) => Promise<void>} Run
 * runs a program, its output goes to the step's log; `trouble` is the sentence for its failure
 */

/**
 * Does a piece of set-up unless it is done, with one progress line.
 * @param {Step} step
 */
export async function once({ name, title, isDone, work }) {
  if (isDone()) return;
  const start = Date.now();
  console.log(`▸ ${title} …`);
  const log = join(logs, `${name}.log`);
  mkdirSync(logs, { recursive: true });
  rmSync(log, { force: true });
  await work((program, args, options) => runLogged(log, title, program, args, options));
  console.log(`  ${title}: done in ${((Date.now() - start) / 1000).toFixed(0)} s`);
}

/**
 * A marker inside the folder that a step makes: it says from what the folder was made.
 * @param {string} folder
 * @param {string[]} inputs texts that the folder depends on
 */
export function marker(folder, inputs) {
  const file = join(folder, '.set-up');
  const hash = createHash('sha256').update(inputs.join('\0')).digest('hex');
  return {
    isThere: () => existsSync(file) && readFileSync(file, 'utf8') === hash,
    write: () => writeFileSync(file, hash),
  };
}

async function runLogged(log, title, program, args, { cwd, env, trouble } = {}) {
  const output = openSync(log, 'a');
  try {
    await new Promise((done, failed) => {
      const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', output, output] });
      const end = () => child.kill();
      process.once('exit', end);
      child.on('error', failed);
      child.on('exit', (code) => {
        process.off('exit', end);
        if (code === 0) done();
        else failed(new Error(`${program} ended with ${code}`));
      });
    });
  } catch (error) {
    throw new Trouble(trouble ?? `${title}: failed, because ${error.message}.`, log);
  } finally {
    closeSync(output);
  }
}
