import { ApiError } from './apiError.ts';

/** Milliseconds until a download without an end counts as broken. */
const timeout = 120_000;

/**
 * The content behind a signed address of the server; no key is sent.
 * @throws ApiError when the server refuses, or cannot be reached
 */
export async function download(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const { host } = new URL(url);
  let status: number | null = null;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeout) });
    status = answer.status;
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw new ApiError('interrupted', status, `The server at ${host} did not send the file.`, { cause: error });
  }
  throw new ApiError(
    status === 404 ? 'notFound' : 'unexpected',
    status,
    `The server at ${host} has not got the file any more.`,
  );
}
