import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunMode, type RunnerCommand, runnerEnvironment } from '../../../shared/contract/runner.ts';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import { killProcess } from '../../vscode/processes.ts';
import type { TestListener, TestProcess } from '../kinds/testProcess.ts';
import { RunnerChannel } from './runnerChannel.ts';

export interface RunPlan {
  readonly mode: RunMode;
  /** The interpreter and its own arguments, such as `['/usr/bin/python3']` or `['py', '-3']`. */
  readonly python: readonly string[];
  /** The main file of the Python runner; started as a folder, Python would write bytecode into the extension. */
  readonly runner: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of this process. The station's key is here, and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
}

export const modeEnvironment = ({ mode }: RunPlan): Record<string, string> => ({ [runnerEnvironment.mode]: mode });

const outputGraceMs = 1_000;

export class RunnerProcess implements TestProcess {
  readonly #child: ChildProcess;
  readonly #channel: RunnerChannel;
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess, channel: RunnerChannel, ended: Promise<number | null>) {
    this.#child = child;
    this.#channel = channel;
    this.ended = ended;
  }

  static async start(plan: RunPlan, listener: TestListener): Promise<RunnerProcess> {
    const channel = await RunnerChannel.open(listener);
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
    closed.catch(() => undefined); // the wait for 'spawn' below reports it
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

  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    killProcess(pid, true);
  }
}

async function end(child: ChildProcess, closed: Promise<unknown>, channel: RunnerChannel): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await channel.drained();
  if (channel.isStopped) interruptGroup(child);
  // A daemon that the script left behind may hold its stdout open forever.
  await Promise.race([closed, delay(outputGraceMs)]);
  channel.close();
  return child.exitCode;
}

function interruptGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGINT');
  } catch {
    // The group is empty.
  }
}
