import { serverExit } from '../../shared/contract/local.ts';
import { StartError } from './startError.ts';

export const usage = `usage: server.js --data DIR [--port N] [--host 127.0.0.1] [--public-url URL]
                 [--cert FILE --key FILE] [--mqtt-port N] [--time-zone NAME]
       server.js new-user-key --data DIR [--name NAME] [--revoke-others]
       server.js check --data DIR
       server.js backup --data DIR --to FILE`;

/** Returns the error for an invalid command line: the reason, then the usage. */
export const usageFailure = (reason: string): StartError => new StartError(serverExit.usage, `${reason}\n${usage}`);
