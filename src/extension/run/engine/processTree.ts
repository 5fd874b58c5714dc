import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { birthOf, isStillAlive, killProcess } from '../../vscode/processes.ts';

interface KnownProcess {
  readonly pid: number;
  readonly birth: string | null;
}

/**
 * The processes below another one: workers and plugs of the engine lead groups of their own, so that ending the engine does not
 * end them, and after its end it is unknown whose they were. They are therefore listed while it runs. On Linux, a variable of
 * their environment names them even later.
 */
export class ProcessTree {
  readonly #root: number;
  readonly #mark: string;
  readonly #known = new Map<number, KnownProcess>();
  #listing: Promise<void> | undefined;

  /** @param mark what all of them, and no other process, have in their environment, as `NAME=value` */
  constructor(root: number, mark: string) {
    this.#root = root;
    this.#mark = mark;
  }

  /** Notes the processes that exist now. Calls at the same time share one listing. */
  note(): Promise<void> {
    this.#listing ??= this.#list().finally(() => (this.#listing = undefined));
    return this.#listing;
  }

  async kill(): Promise<number> {
    await this.note();
    let killed = 0;
    for (const { pid, birth } of this.#known.values()) {
      if (birth === null || !(await isStillAlive(pid, Date.now(), birth))) continue;
      killed += 1;
      for (const leadsGroup of [true, false]) {
        try {
          killProcess(pid, leadsGroup);
        } catch {
          // It leads no group, or has ended.
        }
      }
    }
    this.#known.clear();
    return killed;
  }

  async #list(): Promise<void> {
    const parents = await parentsByPid().catch(() => new Map<number, number>());
    const found: number[] = [];
    for (let open = [this.#root]; open.length > 0;) {
      const parent = open.pop();
      const children = [...parents].flatMap(([pid, ppid]) => (ppid === parent ? [pid] : []));
      found.push(...children);
      open = [...open, ...children];
    }
    found.push(...(await marked(this.#mark)));
    for (const pid of found) if (!this.#known.has(pid)) this.#known.set(pid, { pid, birth: await birthOf(pid) });
  }
}

/** Empty on Windows, where ending a process can end all below it. */
async function parentsByPid(): Promise<Map<number, number>> {
  if (process.platform === 'win32') return new Map();
  if (process.platform === 'linux') return parentsInProc();
  const { stdout } = await promisify(execFile)('/bin/ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(pairs.flatMap(([pid, ppid]) => (pid === undefined || ppid === undefined ? [] : [[pid, ppid]])));
}

async function marked(mark: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => environments[index]?.split('\0').includes(mark) === true).map(Number);
}

async function parentsInProc(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    // The program's name, in parentheses, may hold anything; the state follows it, then the parent.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat !== '') parents.set(Number(name), parent);
  }
  return parents;
}
