import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { eventually } from '../e2e/support/until.ts';

interface Options {
  folder: string;
  /** The server's authority; null: it is not trusted. */
  ca: string | null;
  /** Further environment variables. */
  env?: NodeJS.ProcessEnv;
}

/** `openhtf_streamed.py`, running as in a terminal that trusts the server's authority. */
export class StreamedScript {
  readonly #child: ChildProcess;
  readonly #folder: string;
  output = '';

  constructor(python: string, url: string, key: string, { folder, ca, env = {} }: Options) {
    this.#folder = folder;
    const bundle = join(folder, 'bundle.pem');
    if (ca !== null) writeFileSync(bundle, [readFileSync(ca, 'utf8'), ...rootCertificates].join('\n'));
    this.#child = spawn(python, [resolve(import.meta.dirname, '../fixtures/scripts/openhtf_streamed.py'), folder], {
      env: {
        ...process.env,
        TOFUPILOT_URL: url,
        TOFUPILOT_API_KEY: key,
        DISABLE_TELEMETRY: 'true',
        NO_PROXY: '127.0.0.1,localhost',
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUNBUFFERED: '1',
        ...(ca === null ? {} : { SSL_CERT_FILE: bundle }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  async says(pattern: RegExp): Promise<void> {
    await eventually(() => {
      if (!pattern.test(this.output)) throw new Error(`${pattern} is not in ${this.output}`);
    });
  }

  /** Lets the test go on to its end. */
  goOn(): void {
    writeFileSync(join(this.#folder, 'go'), '');
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }
}
