import { serverExit } from '../../shared/contract/local.ts';
import { version } from '../version.ts';
import { CommandError, systemCode } from './commandError.ts';
import { DataFolder } from './dataFolder.ts';
import { RunningServer } from './runningServer.ts';

const path = '/mcp';

/** @param key of a user; null: the token of the server @throws CommandError if there is no such data, or no key for the server */
export async function assistantOverStdio(
  place: { readonly data: string } | { readonly server: string },
  key: string | null,
): Promise<void> {
  const send =
    'data' in place
      ? toLocalServer(new RunningServer(DataFolder.existing(place.data)), key)
      : toServer(place.server, key);
  const { serveOverStdio } = await import('../assistant/mcp.ts');
  serveOverStdio(send, version);
}

function toLocalServer(running: RunningServer, key: string | null) {
  const send = async (body: string, signal: AbortSignal): Promise<Response> => {
    const { url, assistant_token } = await running.find();
    const authorization = key ?? assistant_token;
    if (authorization === undefined) {
      throw new Error('The running station server is of an earlier version. Restart it, then try again.');
    }
    return post(url, authorization, body, signal);
  };
  return async (body: string, signal: AbortSignal): Promise<Response> => {
    try {
      return await send(body, signal);
    } catch (error) {
      // The server has just ended, so that nothing of the request has reached it.
      if (!(error instanceof Error) || systemCode(error.cause) !== 'ECONNREFUSED') throw error;
      return send(body, signal);
    }
  };
}

function toServer(server: string, key: string | null) {
  if (key === null) {
    throw new CommandError(
      serverExit.usage,
      'TEST_STATIONS_KEY is missing: set it to a user key of the server, in the environment of this program.',
    );
  }
  return (body: string, signal: AbortSignal): Promise<Response> => post(server, key, body, signal);
}

const post = (url: string, key: string, body: string, signal: AbortSignal): Promise<Response> =>
  fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body,
    signal,
    redirect: 'error', // the key must not be sent to another server
  });
