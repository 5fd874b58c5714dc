import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import type { Log } from '../../vscode/log.ts';
import { activeScript } from '../../vscode/scriptFile.ts';
import { type Interpreter, interpreterFor } from './interpreter.ts';
import { scriptPackages } from './pythonPackages.ts';

interface InspectedPython extends Interpreter {
  readonly inside: z.infer<typeof answer> | { readonly failure: string };
}

/** The first lines keep a `json.py` in the current folder from running. */
const pythonCode = `
import sys
sys.path = [entry for entry in sys.path if entry]
import json
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
packages = {name: version(name) for name in sys.argv[1:]}
print(json.dumps({"executable": sys.executable, "version": sys.version.split()[0], "packages": packages}))
`;
const answer = z.object({
  executable: z.string(),
  version: z.string(),
  packages: z.record(z.string(), z.string().nullable()),
});

const timeoutMs = 8_000;

/** Returns the interpreter of the active script, or of a script in the first folder. @throws UserError when there is none */
export const likelyInterpreter = (log: Log): Promise<Interpreter> => interpreterFor(likelyScript(), log);

export async function inspectPython(log: Log): Promise<InspectedPython> {
  const interpreter = await likelyInterpreter(log);
  return { ...interpreter, inside: await inspect(interpreter) };
}

async function inspect({ command: [program = '', ...args] }: Interpreter): Promise<InspectedPython['inside']> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args, '-c', pythonCode, ...scriptPackages], {
      env: environmentWithoutKeys(),
      timeout: timeoutMs,
      windowsHide: true,
    });
    return answer.parse(JSON.parse(stdout));
  } catch (error) {
    // The message of a process that failed is its whole command line; its last line says more.
    const complaint = z
      .object({ stderr: z.string().min(1) })
      .safeParse(error)
      .data?.stderr.trim()
      .split('\n')
      .at(-1);
    return { failure: complaint ?? messageOf(error) };
  }
}

function likelyScript(): vscode.Uri {
  const script = activeScript();
  if (script !== undefined) return script;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.Uri.joinPath(folder, 'script.py');
}
