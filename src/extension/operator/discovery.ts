import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

/** OpenHTF's multicast discovery: a station server answers this question with its port and name. */
const group = '239.1.1.1';
const port = 10_000;
const question = 'OPENHTF_DISCOVERY';

const answer = z.object({
  port: z.number().int().min(1).max(65_535),
  station_id: z.string().max(200),
  test_name: z.string().max(200).nullish(),
  test_description: z.string().max(1000).nullish(),
});

export interface FoundServer {
  readonly address: string;
  readonly stationId: string;
  /** The test that runs now; null when the station is idle. */
  readonly testName: string | null;
}

/** The wait after each question. The question is repeated because multicast packets can be lost. */
const questionDelaysMs = [500, 500, 1_000];

/** Searches all networks of this computer, and the computer itself. Networks that block multicast yield no results. */
export async function findStationServers(): Promise<FoundServer[]> {
  const found = new Map<string, FoundServer>();
  const searches = [...new Set(['127.0.0.1', ...addresses()])].map(async (address) => {
    const socket = createSocket({ type: 'udp4' });
    try {
      socket.on('message', (message, { address: host }) => {
        const server = parseAnswer(message.toString(), host);
        if (server) found.set(server.address, server);
      });
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.setMulticastInterface(address);
      socket.setMulticastTTL(1);
      const failed = once(socket, 'error').then(() => true);
      for (const delayMs of questionDelaysMs) {
        socket.send(question, port, group);
        if (await Promise.race([delay(delayMs, false), failed])) break;
      }
    } catch {
      // The interface has no multicast; the others are still searched.
    } finally {
      socket.close();
    }
  });
  await Promise.all(searches);
  // A server on this computer answers on each of its addresses; keep only the loopback one.
  const own = new Set(addresses());
  for (const { address } of found.values()) {
    const [host = '', listening = ''] = address.split(':');
    if (own.has(host) && found.has(`127.0.0.1:${listening}`)) found.delete(address);
  }
  return [...found.values()].sort((a, b) => a.address.localeCompare(b.address));
}

function parseAnswer(message: string, host: string): FoundServer | undefined {
  try {
    const { port: listening, station_id, test_name } = answer.parse(JSON.parse(message));
    return { address: `${host}:${listening}`, stationId: station_id, testName: test_name ?? null };
  } catch {
    return undefined; // not an OpenHTF station server
  }
}

const addresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ family, address, internal }) => (family === 'IPv4' && !internal ? [address] : [])),
  );
