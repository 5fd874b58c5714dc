import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engineQueuedFiles, engineQueueEntry } from '../../../shared/contract/engine.ts';
import type { NewRunBody } from '../../../shared/contract/newRuns.ts';
import { parseEngineRecord } from '../../../shared/engine/engineRecord.ts';

export interface QueuedFile {
  readonly name: string;
  readonly path: string;
  readonly mimetype: string;
}

export interface QueuedRecord {
  readonly body: NewRunBody;
  readonly files: readonly QueuedFile[];
}

/**
 * Returns the record of the run that the program has queued in its home folder.
 * @returns a reason if there is not exactly one that can be read
 */
export async function readQueuedRecord(program: string, env: NodeJS.ProcessEnv): Promise<QueuedRecord | string> {
  const ask = async (...args: string[]): Promise<string> => {
    const options = { env, timeout: 30_000, windowsHide: true, maxBuffer: 512 * 1024 * 1024 };
    return (await promisify(execFile)(program, ['queue', ...args], options)).stdout;
  };
  try {
    const lines = (await ask('ls', '--json')).split('\n').filter((line) => line.trim() !== '');
    const entries = lines.map((line) => engineQueueEntry.parse(JSON.parse(line)));
    const [entry, ...others] = entries;
    if (entry === undefined || others.length > 0) return `${entries.length} records are queued`;
    const [exported, shown] = await Promise.all([ask('export', entry.queue_id), ask('get', entry.queue_id, '--json')]);
    const body = parseEngineRecord(exported);
    if (body === undefined) return 'the record is not in the form of a run';
    const { attachments } = engineQueuedFiles.parse(JSON.parse(shown));
    const files = (attachments ?? []).map(({ name, path, mimetype, content_type }) => ({
      name,
      path,
      mimetype: mimetype ?? content_type ?? 'application/octet-stream',
    }));
    return { body, files };
  } catch (error) {
    return String(error).split('\n')[0] ?? '';
  }
}
