import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { processesWith } from './leftovers.mjs';
import { root } from './paths.mjs';

const mark = `TEST_RUN=${randomUUID()}`;
/** A check prints nothing before its end, and takes minutes on a busy machine. */
export const silenceLimitMinutes = 30;
/** The exit code of GNU `timeout`. */
export const timedOutExitCode = 124;

/**
 * Runs a program in the checkout without input.
 * @param {(text: string) => void} print receives its output
 * @returns {Promise<number>} the exit code; 1 if a signal ended it, `timedOutExitCode` if it was silent for too long
 */
export function runChild(program, args, env, print) {
  const [name, value] = mark.split('=');
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let isSilent = false;
  const limit = setTimeout(() => {
    isSilent = true;
    print(`\nKilled, because it printed nothing for ${silenceLimitMinutes} minutes.\n`);
    killChildren();
  }, silenceLimitMinutes * 60_000);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      limit.refresh();
      print(text);
    });
  }
  return new Promise((done) => {
    child.on('error', (error) => print(`${error.message}\n`));
    child.on('close', (code) => {
      clearTimeout(limit);
      done(isSilent ? timedOutExitCode : (code ?? 1));
    });
  });
}

/**
 * Kills every process that was started below this one, also in the background.
 * @returns {string[]} their command lines
 */
export function killChildren() {
  const left = processesWith(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  return left.map(({ command }) => command.slice(0, 160));
}
