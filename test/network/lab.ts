import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { type Certificates, findCertificates } from '../../src/server/live/streaming/certificates.ts';
import { eventually } from '../e2e/support/until.ts';

/** The name of the lab's server, as the documentation has it. */
export const name = 'stations.example.com';

/** Of the machines behind the server's; each lab has its own. */
const machineNetwork = '198.19.255';

/** Returns the path of a program for the shells that start it on a machine of the lab. */
export const quoted = (path: string): string => `"${path}"`;

/** A machine on the network behind the server's machine. */
export interface Machine {
  readonly address: string;
  /** Returns a program that runs another one, given as a shell reads it, on this machine. */
  run(program: string): string;
  /** Cuts the machine off without a word to its programs or to the others, or connects it again. */
  setConnected(isConnected: boolean): void;
  /** Loses all that this machine sends to another one, without a word to either, or no longer. */
  setReaching(other: Machine, isReaching: boolean): void;
}

/**
 * A lab of two machines. The server's machine is a network namespace with a loopback device of its own, so that nothing
 * that runs outside, on the bench, can reach the server by loopback.
 */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'test-stations-lab-'));
  /** The company's: its authority, and the certificate of the server's name. */
  readonly certificates: Certificates;
  /** Of the server's machine, for IP version 4 and 6. */
  readonly address: string;
  readonly #namespace = `stations-${process.pid}`;
  readonly #link = `ts${process.pid}`;
  readonly #machines: string[] = [];
  /** The proxies, each with the signal that ends it at once, with its worker processes. */
  readonly #endSignals = new Map<ChildProcess, NodeJS.Signals>();

  private constructor(certificates: Certificates) {
    this.certificates = certificates;
    // A network for measurements of this kind (RFC 2544); several tests may run at once.
    const subnet = `198.${18 + ((process.pid >> 8) & 1)}.${process.pid & 255}`;
    this.address = `${subnet}.1`;
    ip('netns', 'add', this.#namespace);
    ip('link', 'add', this.#link, 'type', 'veth', 'peer', 'name', 'lab0', 'netns', this.#namespace);
    ip('addr', 'add', `${subnet}.2/30`, 'dev', this.#link);
    ip('link', 'set', this.#link, 'up');
    ip('-n', this.#namespace, 'addr', 'add', `${this.address}/30`, 'dev', 'lab0');
    ip('-n', this.#namespace, 'link', 'set', 'lab0', 'up');
    ip('-n', this.#namespace, 'link', 'set', 'lo', 'up');
  }

  /** Returns why this computer cannot have a lab; null if it can. */
  static whyNot(programs: readonly string[] = ['nginx', 'caddy']): string | null {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux';
    const missing = ['ip', 'unshare', ...programs].find((program) => spawnSync(program, ['--help']).error);
    if (missing !== undefined) return `${missing} is not installed`;
    const { status, stderr } = spawnSync('unshare', ['--net', '--mount', 'true'], { encoding: 'utf8' });
    return status === 0 ? null : `this computer has no network namespaces (${stderr.trim()})`;
  }

  static async create(): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), 'test-stations-company-'));
    try {
      return new Lab(await findCertificates(folder, [name]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Adds a machine to the network behind the server's machine, which the bench cannot reach. */
  addMachine(host: string): Machine {
    const namespace = `${this.#namespace}-${host}`;
    const port = `port-${host}`;
    if (this.#machines.length === 0) {
      ip('-n', this.#namespace, 'link', 'add', 'switch', 'type', 'bridge');
      ip('-n', this.#namespace, 'addr', 'add', `${machineNetwork}.1/24`, 'dev', 'switch');
      ip('-n', this.#namespace, 'link', 'set', 'switch', 'up');
    }
    this.#machines.push(namespace);
    const address = `${machineNetwork}.${this.#machines.length + 1}`;
    ip('netns', 'add', namespace);
    ip('-n', this.#namespace, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', namespace);
    ip('-n', this.#namespace, 'link', 'set', port, 'master', 'switch', 'up');
    ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'lan0');
    ip('-n', namespace, 'link', 'set', 'lan0', 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return {
      address,
      run: (program) => this.#inNamespace(namespace, program),
      setConnected: (isConnected) => ip('-n', this.#namespace, 'link', 'set', port, isConnected ? 'up' : 'down'),
      setReaching: (other, isReaching) => {
        const neighbor = [other.address, 'dev', 'lan0'];
        // No machine has this address.
        if (isReaching) ip('-n', namespace, 'neigh', 'del', ...neighbor);
        else ip('-n', namespace, 'neigh', 'replace', ...neighbor, 'lladdr', '02:00:00:00:00:01', 'nud', 'permanent');
      },
    };
  }

  /** Cuts the network between the bench and the server's machine without a word to either, or connects it again. */
  setConnected(isConnected: boolean): void {
    ip('-n', this.#namespace, 'link', 'set', 'lab0', isConnected ? 'up' : 'down');
  }

  /** Returns a program that runs another one, given as a shell reads it, on the server's machine, where its files for `/etc` are in place. */
  onServer(program: string, etc: Record<string, Record<string, string>> = {}): string {
    return this.#inNamespace(this.#namespace, program, etc);
  }

  #inNamespace(namespace: string, program: string, etc: Record<string, Record<string, string>> = {}): string {
    const mounts = Object.entries(etc).map(([folder, files]) => {
      const own = join(this.folder, 'etc', folder);
      mkdirSync(own, { recursive: true });
      for (const [file, text] of Object.entries(files)) this.write(join('etc', folder, file), text);
      return `mount -t tmpfs tmpfs /etc/${folder} && cp -r ${own}/. /etc/${folder}`;
    });
    const line = [...mounts, 'mount -t tmpfs tmpfs /run', `exec ${program} "$@"`].join(' && ');
    return this.#script('server', `exec ip netns exec ${namespace} sh -c '${line}' sh "$@"`);
  }

  /** Returns a program that runs another one, given as a shell reads it, at the bench, which knows the server's name. */
  atBench(program: string): string {
    const hosts = this.write('hosts', `127.0.0.1 localhost\n${this.address} ${name}\n`);
    const line = `mount --bind ${hosts} /etc/hosts && exec ${program} "$@"`;
    return this.#script('bench', `exec unshare --mount sh -c '${line}' sh "$@"`);
  }

  /** Starts a proxy on the server's machine. Resolves when it takes connections. */
  async startProxy(
    program: string,
    args: readonly string[],
    port: number,
    endSignal: NodeJS.Signals,
  ): Promise<ChildProcess> {
    const proxy = spawn(program, args, {
      env: { ...process.env, HOME: this.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#endSignals.set(proxy, endSignal);
    let output = '';
    for (const stream of [proxy.stdout, proxy.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(async () => {
      assert.equal(proxy.exitCode, null, output);
      const socket = connect(port, this.address);
      try {
        await once(socket, 'connect');
      } finally {
        socket.destroy();
      }
    });
    return proxy;
  }

  async end(proxy: ChildProcess): Promise<void> {
    if (proxy.exitCode !== null || proxy.signalCode !== null) return;
    const ended = once(proxy, 'exit');
    proxy.kill(this.#endSignals.get(proxy));
    await ended;
  }

  write(file: string, text: string): string {
    const path = join(this.folder, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  async remove(): Promise<void> {
    for (const child of this.#endSignals.keys()) await this.end(child);
    for (const namespace of [...this.#machines, this.#namespace]) ip('netns', 'del', namespace); // with the links
    rmSync(this.folder, { recursive: true, force: true });
  }

  #script(kind: string, line: string): string {
    let count = 0;
    while (existsSync(join(this.folder, `${kind}-${count}.sh`))) count += 1;
    const path = this.write(
      `${kind}-${count}.sh`,
      `#!/bin/sh\nunset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy\n${line}\n`,
    );
    chmodSync(path, 0o700);
    return path;
  }
}

const ip = (...args: string[]): void => void execFileSync('ip', args);

/** Returns the code blocks of this language in a page of the documentation. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');
  return [...text.matchAll(new RegExp('^```' + language + '\\n(.*?)^```$', 'gms'))].map(([, block = '']) => block);
}

/** Lets this process reach the lab by its name, and trust its company. */
export function useLabsNetwork(lab: Lab, endings: (() => Promise<unknown>)[]): void {
  const usual = getGlobalDispatcher();
  const agent = new Agent({
    connect: {
      ca: lab.certificates.authority,
      lookup: (_host, options, found) => {
        if (options.all) found(null, [{ address: lab.address, family: 4 }]);
        else found(null, lab.address, 4);
      },
    },
  });
  setGlobalDispatcher(agent);
  endings.push(() => {
    setGlobalDispatcher(usual);
    return agent.destroy();
  });
}
