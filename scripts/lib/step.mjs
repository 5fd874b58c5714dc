import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptError } from './main.mjs';
import { logs } from './paths.mjs';

/**
 * @typedef {object} Step
 * @property {string} name the name of its log file
 * @property {string} title for the progress line
 * @property {() => boolean} isDone
 * @property {(run: Run) => Promise<void>} work
 *
 * @typedef {(program: string, args: string[], options?: { cwd?: string, env?: NodeJS.ProcessEnv, errorMessage?: string }) => Promise<void>} Run
 * runs a program whose output goes to the step's log; `errorMessage` describes its failure
 */

/** @param {Step} step */
export async function runUnlessDone({ name, title, isDone, work }) {
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
 * Returns a marker in the folder that a step creates. The marker is current while the inputs are the same.
 * @param {string} folder
 * @param {string[]} inputs texts that the folder depends on
 */
export function marker(folder, inputs) {
  const file = join(folder, '.set-up');
  const hash = createHash('sha256').update(inputs.join('\0')).digest('hex');
  return {
    isCurrent: () => existsSync(file) && readFileSync(file, 'utf8') === hash,
    write: () => writeFileSync(file, hash),
  };
}

async function runLogged(log, title, program, args, { cwd, env, errorMessage } = {}) {
  const output = openSync(log, 'a');
  try {
    await new Promise((done, failed) => {
      const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', output, output] });
      const kill = () => child.kill();
      process.once('exit', kill);
      child.on('error', failed);
      child.on('exit', (code) => {
        process.off('exit', kill);
        if (code === 0) done();
        else failed(new Error(`${program} ended with ${code}`));
      });
    });
  } catch (error) {
    throw new ScriptError(errorMessage ?? `${title} failed: ${error.message}.`, log);
  } finally {
    closeSync(output);
  }
}
