import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environmentWithoutKeys } from '../../vscode/environment.ts';

export interface EngineProgram {
  readonly path: string;
  readonly version: string;
}

export type EngineProblem =
  | { readonly kind: 'missing' }
  /** A program of that name that is another one, such as a script of the Python package. */
  | { readonly kind: 'foreign'; readonly answer: string }
  | { readonly kind: 'old'; readonly version: string };

export const oldestEngine = '1.4';
const shape = /^tofupilot (\d+)\.(\d+)\.(\d+)\b/;

/** Finds the program and asks for its version. @param path its path, or its name to look up in PATH */
export async function findEngine(path: string): Promise<EngineProgram | EngineProblem> {
  let answer: string;
  try {
    const options = {
      timeout: 15_000,
      windowsHide: true,
      env: { ...environmentWithoutKeys(), TOFUPILOT_NO_UPDATE: '1' },
    };
    const { stdout } = await promisify(execFile)(path, ['--version'], options);
    answer = stdout.trim();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
    return isMissing ? { kind: 'missing' } : { kind: 'foreign', answer: firstLine(String(error)) };
  }
  const [, major, minor, patch] = shape.exec(answer) ?? [];
  if (major === undefined || minor === undefined) return { kind: 'foreign', answer: firstLine(answer) };
  const version = `${major}.${minor}.${patch ?? 0}`;
  const isOld = Number(major) < 1 || (Number(major) === 1 && Number(minor) < 4);
  return isOld ? { kind: 'old', version } : { path, version };
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);
