import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf } from '../../shared/format/messageOf.ts';
import { environmentWithoutKeys } from '../vscode/environment.ts';
import type { Log } from '../vscode/log.ts';
import { UserError } from '../vscode/userError.ts';

const found = z.object({
  found: z.array(z.object({ address: z.string(), description: z.string().nullable() })),
  is_missing: z.boolean(),
  problem: z.string().nullable(),
});
/** The answers of `src/runner/instruments.py`. */
const bench = z.object({ python: z.string(), visa: found, serial: found });
const answer = z.object({ identification: z.string().nullable(), problem: z.string().nullable() });

type Bench = z.infer<typeof bench>;
export type FoundInstruments = z.infer<typeof found>;

/** Backends may wait for answers from the network. */
const timeoutMs = 30_000;

export interface Reading {
  readonly interpreter: () => Promise<readonly string[]>;
  /** The file `instruments.py`. */
  readonly program: string;
  readonly log: Log;
}

export const listInstruments = (reading: Reading): Promise<Bench> => ask(reading, ['list'], bench);

/** Opens the instrument and sends `*IDN?`. @throws UserError if it does not answer */
export async function identifyInstrument(reading: Reading, address: string): Promise<string> {
  const { identification, problem } = await ask(reading, ['identify', address], answer);
  if (identification !== null && identification !== '') return identification;
  const reason = problem ?? vscode.l10n.t('its answer is empty');
  throw new UserError(vscode.l10n.t('{0} did not answer the question *IDN?: {1}', address, reason));
}

async function ask<T>(
  { interpreter, program: file, log }: Reading,
  args: readonly string[],
  schema: z.ZodType<T>,
): Promise<T> {
  const [program = '', ...leading] = await interpreter();
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...leading, file, ...args], {
      cwd: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      env: { ...environmentWithoutKeys(), PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
      timeout: timeoutMs,
      windowsHide: true,
    });
    if (stderr !== '') log.info(stderr.trimEnd());
    return schema.parse(JSON.parse(stdout));
  } catch (error) {
    const { killed, stderr = '' } = failure.safeParse(error).data ?? {};
    const reason = killed
      ? vscode.l10n.t('no answer within {0} seconds', timeoutMs / 1000)
      : (stderr.trim().split('\n').at(-1) ?? '') || messageOf(error);
    throw new UserError(vscode.l10n.t('Python could not read the instruments: {0}', reason), [], { cause: error });
  }
}

const failure = z.object({ killed: z.boolean().optional(), stderr: z.string().optional() });
