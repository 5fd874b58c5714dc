import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const script = resolve(import.meta.dirname, '../fixtures/scripts/station_server.py');

/** A running script with OpenHTF's own station server. */
export interface StationServer {
  /** Waits for a line that it prints. */
  printed(line: string): Promise<void>;
  /** Has it execute a test, which asks the operator for a label. @param how `quiet`: its end is not published */
  test(how?: 'test' | 'quiet'): void;
  /** Ends it in order, or at once. */
  end(how: 'end' | 'kill'): Promise<void>;
}

/** Resolves when it listens. */
export async function startStationServer(python: string, port: number): Promise<StationServer> {
  const child = spawn(python, [script, String(port)], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, error] = ['', ''];
  const lines = createInterface(child.stdout).on('line', (line) => (out += `${line}\n`));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const printed = async (line: string): Promise<void> => {
    while (!out.split('\n').includes(line)) {
      const isOver = await Promise.race([once(lines, 'line').then(() => false), ended.then(() => true)]);
      if (isOver) throw new Error(`The station server ended: ${out}${error}`);
    }
  };
  await printed('up');
  return {
    printed,
    test: (how = 'test') => child.stdin.write(`${how}\n`),
    end: async (how) => {
      if (how === 'end') child.stdin.write('end\n');
      else child.kill('SIGKILL');
      await ended;
    },
  };
}
