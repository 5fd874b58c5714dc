import { messageOf } from '../../shared/format/messageOf.ts';
import type { Connection } from '../connection/connection.ts';
import type { RemoteServerEntry } from '../connection/serverList.ts';
import type { ExaminedServer } from './localServer.ts';
import { type Fact, within } from './report.ts';

const answerTimeoutMs = 5_000;

export async function examineRemoteServer(connection: Connection, place: RemoteServerEntry): Promise<ExaminedServer> {
  const facts: Fact[] = [
    ['Kind', 'at an address'],
    ['Address', place.url],
    ['Own certificate authority', place.caFile === undefined ? 'no' : 'yes'],
  ];
  const answer = await within(answerTimeoutMs, () => connection.capabilities()).then(
    (capabilities) => ({ problems: [], said: [...capabilities].join(', ') || 'those of TofuPilot' }),
    (error: unknown) => ({
      problems: [`The server at ${place.url} is not available: ${messageOf(error)}`],
      said: `not known: ${messageOf(error)}`,
    }),
  );
  facts.push(['Capabilities', answer.said]);
  const { problems } = answer;
  return { instance: place.url, answers: problems.length === 0, section: { facts, problems } };
}
