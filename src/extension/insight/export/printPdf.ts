import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import { killProcess } from '../../vscode/processes.ts';

export type PrintResult =
  | { readonly kind: 'printed'; readonly pdf: Uint8Array }
  | { readonly kind: 'timedOut' }
  /** `reason` is the last line that the browser wrote, or empty. */
  | { readonly kind: 'failed'; readonly exitCode: number | null; readonly reason: string };

interface PrintOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const keptOutput = 4000;

/**
 * Prints HTML as PDF by a browser without a window, in a profile of its own that is removed afterwards, and without network.
 * @throws AbortError after `signal`, Error if the browser cannot be started
 */
export async function printPdf(browser: string, html: string, options: PrintOptions): Promise<PrintResult> {
  const folder = await mkdtemp(join(temporaryFolderOf(browser), 'test-stations-pdf-'));
  try {
    const [page, pdf] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    await writeFile(page, html);
    const { kind, exitCode, reason } = await run(browser, argumentsFor(folder, page, pdf), options);
    if (kind === 'timedOut') return { kind };
    const bytes = await readFile(pdf).catch(() => undefined); // A browser that printed nothing has written no file.
    return bytes !== undefined && isComplete(bytes)
      ? { kind: 'printed', pdf: bytes }
      : { kind: 'failed', exitCode, reason };
  } finally {
    // On Windows a virus scanner may keep a file of the profile open. The folder is then left to the system.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => undefined);
  }
}

/** A browser from a snap has a temporary folder of its own, and reads no hidden folders. */
const temporaryFolderOf = (browser: string): string =>
  browser.startsWith('/snap/') ? join(homedir(), 'snap', 'chromium', 'common') : tmpdir();

const isComplete = (bytes: Buffer): boolean =>
  bytes.subarray(0, 5).toString() === '%PDF-' && bytes.subarray(-1024).includes('%%EOF');

const argumentsFor = (folder: string, page: string, pdf: string): string[] => [
  '--headless',
  // Chrome refuses to run as root with its sandbox. The page is our own: it has no script, and its policy allows none.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ...(process.platform === 'linux' ? ['--disable-dev-shm-usage', '--password-store=basic'] : []),
  ...(process.platform === 'darwin' ? ['--use-mock-keychain'] : []),
  '--disable-gpu',
  '--disable-extensions',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--no-first-run',
  '--no-default-browser-check',
  `--user-data-dir=${join(folder, 'profile')}`,
  '--no-pdf-header-footer',
  '--generate-pdf-document-outline',
  `--print-to-pdf=${pdf}`,
  pathToFileURL(page).href,
];

interface Ended {
  readonly kind: 'ended' | 'timedOut';
  readonly exitCode: number | null;
  readonly reason: string;
}

async function run(program: string, args: readonly string[], { signal, timeoutMs }: PrintOptions): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    env: environmentWithoutKeys(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own processes end with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-keptOutput)));
  const timeout = AbortSignal.timeout(timeoutMs);
  const stopping = AbortSignal.any([signal, timeout]);
  const stop = (): void => kill(child);
  stopping.addEventListener('abort', stop);
  try {
    await once(child, 'exit');
  } finally {
    stopping.removeEventListener('abort', stop);
    // What it has left behind must not keep the window's process waiting.
    child.stderr.destroy();
  }
  signal.throwIfAborted();
  const reason = output.trim().split('\n').at(-1)?.trim() ?? '';
  return { kind: timeout.aborted ? 'timedOut' : 'ended', exitCode: child.exitCode, reason };
}

function kill({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) killProcess(pid, true);
}
