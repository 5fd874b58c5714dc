import { Agent, fetch } from 'undici';

/**
 * Returns a fetch that trusts only the given certificate authorities. It is a bundle of its own, because few users need
 * it and it is large.
 * @param ca certificates in PEM
 */
export function trustingFetch(ca: string): typeof globalThis.fetch {
  const dispatcher = new Agent({ connect: { ca } });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? null : await request.arrayBuffer();
    const { method, headers, signal, redirect } = request;
    const sent = { method, headers: [...headers], signal, redirect, body, dispatcher };
    const answer = await fetch(request.url, sent);
    return new Response(answer.body as ReadableStream | null, {
      status: answer.status,
      statusText: answer.statusText,
      headers: [...answer.headers],
    });
  };
}
