import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer, request, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export const bucket = 'lab-attachments';

/** What happens to a request instead of what the storage would do. */
type Fault =
  | { status: number; code: string }
  /** The answer begins and ends too early. */
  | 'truncated'
  /** The connection ends before the request arrives. */
  | 'reset'
  /** The storage has done it, and the connection ends before the answer. */
  | 'unanswered';

/** An object storage, and in front of it a proxy that disturbs requests. */
export interface TestStorage {
  /** The environment of a server that uses the storage. */
  readonly env: NodeJS.ProcessEnv;
  /** Decides about each request: null for an undisturbed one. Returned promises hold the request back. */
  disturb: (method: string, path: string) => Fault | null | Promise<Fault | null>;
  /** The requests so far, as `PUT /lab-attachments/…`. */
  readonly requests: string[];
  /** Returns the keys of all objects. */
  keys(): string[];
  stop(): Promise<void>;
}

/** @param folder in which the objects are stored */
export async function startObjectStorage(folder: string): Promise<TestStorage> {
  const { child, port } = await startS3rver(folder);
  const requests: string[] = [];
  const proxy = createServer((incoming, answer) => {
    const { method = '', url = '' } = incoming;
    requests.push(`${method} ${url}`);
    void Promise.resolve(started.disturb(method, url)).then((fault) => {
      if (fault === 'reset') return void incoming.socket.destroy();
      if (typeof fault === 'object' && fault !== null) {
        refuse(answer, fault);
        return;
      }
      const passed = request({ port, method, path: url, headers: incoming.headers }, (reply) => {
        if (fault === 'unanswered') return void reply.resume().once('end', () => incoming.socket.destroy());
        answer.writeHead(reply.statusCode ?? 500, reply.headers);
        if (fault === null) return void reply.pipe(answer);
        reply.once('data', (chunk: Buffer) => {
          answer.write(chunk.subarray(0, chunk.length / 2), () => incoming.socket.destroy());
        });
      });
      passed.once('error', () => incoming.socket.destroy());
      incoming.pipe(passed);
    });
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const address = proxy.address() as AddressInfo;
  const started: TestStorage = {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    disturb: () => null,
    requests,
    keys: () =>
      readdirSync(join(folder, bucket), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('._S3rver_object'))
        .map((name) => name.slice(0, -'._S3rver_object'.length)),
    stop: async () => {
      proxy.closeAllConnections();
      await new Promise((closed) => proxy.close(closed));
      child.kill();
    },
  };
  return started;
}

/**
 * Starts an object storage. Its access key is S3RVER, with the secret S3RVER.
 * @param node runs the program, maybe in another place
 */
export async function startS3rver(
  folder: string,
  node = process.execPath,
  name = bucket,
): Promise<{ child: ChildProcess; port: number }> {
  const program = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin', 's3rver.js');
  // It encrypts the tokens of lists with a cipher that OpenSSL 3 has in its legacy provider only.
  const args = ['--openssl-legacy-provider', program, '--silent', '-d', folder, '-a', '127.0.0.1', '-p', '0'];
  const child = spawn(node, [...args, '--configure-bucket', name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  const port = await new Promise<number>((listening, failed) => {
    child.once('exit', (code) => failed(new Error(`The object storage ended with ${code}.`)));
    createInterface(child.stdout).on('line', (line) => {
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(line);
      if (found) listening(Number(found[1]));
    });
  });
  return { child, port };
}

function refuse(answer: ServerResponse, { status, code }: { status: number; code: string }): void {
  answer.writeHead(status, { 'Content-Type': 'application/xml', Connection: 'close' });
  answer.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>No.</Message></Error>`);
}
