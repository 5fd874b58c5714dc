import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { processesWith } from './leftovers.mjs';
import { root } from './places.mjs';

const mark = `TEST_RUN=${randomUUID()}`;
/** A program that prints nothing for this long hangs: a check prints nothing before its end, and takes minutes on a busy machine. */
export const silenceMinutes = 30;
/** The exit code of a program that was ended for its silence, as of `timeout` of the GNU tools. */
export const timedOut = 124;

/**
 * Runs a program in the checkout without input, and collects what it prints.
 * @param {(text: string) => void} print
 * @returns {Promise<number>} the exit code; 1 when it was ended by a signal, `timedOut` when it was silent for too long
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
    print(`\nnothing printed for ${silenceMinutes} minutes: ended\n`);
    endChildren();
  }, silenceMinutes * 60_000);
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
      done(isSilent ? timedOut : (code ?? 1));
    });
  });
}

/**
 * Kills every process that was started below this one and is still there, also those that went into the background.
 * @returns {string[]} what they were
 */
export function endChildren() {
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
