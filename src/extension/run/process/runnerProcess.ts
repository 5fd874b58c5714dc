import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunnerCommand } from '../../../shared/contract/runner.ts';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import { Channel, type RunnerListener } from './runnerChannel.ts';
import { modeEnvironment, type RunPlan } from './runPlan.ts';

/** A script under the Python runner, however it was started. */
export interface Runner {
  /** Resolves when the process has ended and everything it reported has been delivered; null: no exit code is known. */
  readonly ended: Promise<number | null>;
  send(command: RunnerCommand): void;
  /** Ends the process at once: no teardown runs. */
  kill(): void;
}

/** A script running under the Python runner, with its private channel. */
export class RunnerProcess implements Runner {
  readonly #child: ChildProcess;
  readonly #channel: Channel;
  /** Resolves when the process has ended and everything it reported has been delivered; null: ended by a signal. */
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess, channel: Channel, ended: Promise<number | null>) {
    this.#child = child;
    this.#channel = channel;
    this.ended = ended;
  }

  /** @throws Error when the interpreter cannot be started */
  static async start(plan: RunPlan, listener: RunnerListener): Promise<RunnerProcess> {
    const channel = await Channel.open(listener);
    const [command = '', ...leading] = plan.python;
    const child = spawn(command, [...leading, plan.runner, plan.script, ...plan.args], {
      cwd: plan.cwd,
      env: { ...environmentWithoutKeys(), ...plan.env, ...modeEnvironment(plan), ...channel.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // a group of its own, so that a kill takes the script's children too
      windowsHide: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => listener.output(text));
    }
    const closed = once(child, 'close');
    closed.catch(() => undefined); // told by the wait for 'spawn' below
    try {
      await once(child, 'spawn');
    } catch (error) {
      channel.close();
      throw error;
    }
    return new RunnerProcess(child, channel, end(child, closed, channel));
  }

  send(command: RunnerCommand): void {
    this.#channel.send(command);
  }

  /** Ends the process and its children at once: no teardown runs. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    killProcess(pid, true);
  }
}

/** @param group the process leads a group of its own, which ends with it */
export function killProcess(pid: number, group = false): void {
  if (process.platform === 'win32') execFile('taskkill', ['/pid', String(pid), '/T', '/F']);
  else process.kill(group ? -pid : pid, 'SIGKILL');
}

async function end(child: ChildProcess, closed: Promise<unknown>, channel: Channel): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await channel.drained();
  if (channel.isStopped) interruptGroup(child);
  // A daemon that the script left behind may hold its stdout open for ever: the script has ended all the same.
  await Promise.race([closed, delay(1000)]);
  channel.close();
  return child.exitCode;
}

/** Ends the child processes that a stopped script has left behind, as Ctrl+C does. Windows has no such groups. */
function interruptGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGINT');
  } catch {
    // It has left none.
  }
}
