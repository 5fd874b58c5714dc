import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { type AssistantResource, valueInUri } from '../../shared/assistant/resource.ts';
import { runApp } from '../../shared/assistant/runApp.ts';
import { serverResources } from '../../shared/assistant/serverResources.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { untrustedName } from '../../shared/assistant/untrustedText.ts';
import { type ProtocolServer, recorded, type Session } from './session.ts';

const reading = 'resources/read';
const maxTypedLength = 300;

/** The page makes no request and needs no permission. */
const appMeta = { ui: { csp: {}, prefersBorder: true } };
const listedApp = { ...runApp, _meta: appMeta };

export function offerResources(server: ProtocolServer, session: Session): void {
  const { runAppHtml } = session.services;
  server.setRequestHandler('resources/list', () => ({ resources: runAppHtml === null ? [] : [listedApp] }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: serverResources.map(({ name, title, description, mimeType, uriTemplate }) => ({
      name,
      title,
      description,
      mimeType,
      uriTemplate,
    })),
  }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    // Clients read the page at each call of its tool. It contains no data, so that there is nothing to record.
    if (uri === runApp.uri && runAppHtml !== null) {
      return { contents: [{ uri, mimeType: runApp.mimeType, text: runAppHtml, _meta: appMeta }] };
    }
    const outcome = await recorded(session, reading, { uri }, async () => {
      const [resource, value] = find(uri);
      return { uri, mimeType: resource.mimeType, text: await resource.read(value, session.call) };
    });
    if ('refusal' in outcome) throw new ProtocolError(ProtocolErrorCode.InvalidParams, outcome.refusal);
    return { contents: [outcome.answer] };
  });
  server.setRequestHandler('completion/complete', async ({ params: { ref, argument } }) => {
    const resource =
      ref.type === 'ref/resource' ? serverResources.find(({ uriTemplate }) => uriTemplate === ref.uri) : undefined;
    const values = resource === undefined ? [] : await complete(resource, argument.value, session);
    return { completion: { values, hasMore: false } };
  });
}

function find(uri: string): [AssistantResource, string] {
  for (const resource of serverResources) {
    const value = valueInUri(resource.uriTemplate, uri);
    if (value !== null) return [resource, value];
  }
  const templates = serverResources.map(({ uriTemplate }) => uriTemplate).join(', ');
  throw new ToolError(`There is no such address. The addresses are ${templates}.`);
}

/** Suggestions are asked for at each key stroke: they are not recorded, and without an answer there are none. */
async function complete(
  resource: AssistantResource,
  typed: string,
  { call, keyId, services }: Session,
): Promise<string[]> {
  if (typed.length > maxTypedLength || services.secondsToWait(keyId) > 0) return [];
  try {
    const values = await services.inTurn(keyId, () => resource.complete(typed, call));
    return values.filter((value) => untrustedName.parse(value) === value);
  } catch (error) {
    services.logFailure(`The completion of ${resource.name}`, error);
    return [];
  }
}
