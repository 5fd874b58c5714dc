import { parseArgs } from 'node:util';
import { serverExit } from '../contract/local.ts';
import { messageOf, StartFailure } from './startFailure.ts';

export const usage = `usage: server.js --data DIR [--port N] [--host 127.0.0.1]
       server.js new-user-key --data DIR [--revoke-others]`;

export type Command =
  | { command: 'help' }
  | { command: 'serve'; data: string; port: number | null; host: string }
  | { command: 'new-user-key'; data: string; revokeOthers: boolean };

/** @throws StartFailure when the arguments make no sense */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { command: 'help' };
  const { data, port } = values;
  if (!data) throw wrong('--data DIR is missing: the folder in which the server keeps everything.');
  if (positionals.length === 0) {
    if (values['revoke-others']) throw wrong('--revoke-others goes with new-user-key.');
    return {
      command: 'serve',
      data,
      port: port === undefined ? null : readPort(port),
      host: values.host ?? '127.0.0.1',
    };
  }
  if (positionals.length > 1 || positionals[0] !== 'new-user-key')
    throw wrong(`unknown command "${positionals.join(' ')}".`);
  return { command: 'new-user-key', data, revokeOthers: values['revoke-others'] ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'revoke-others': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw wrong(`--port must be a number from 0 to 65535 and is "${text}".`);
}

const wrong = (what: string): StartFailure => new StartFailure(serverExit.usage, `${what}\n${usage}`);
