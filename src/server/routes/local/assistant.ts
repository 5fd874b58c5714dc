import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activityLine } from '../../../shared/assistant/activityLine.ts';
import { readSkill, type Skill } from '../../../shared/assistant/skill.ts';
import { assistant } from '../../../shared/contract/assistantActivity.ts';
import { AssistantKeys } from '../../assistant/assistantKeys.ts';
import { CallLimit } from '../../assistant/callLimit.ts';
import type { RecordedCall } from '../../assistant/mcpServices.ts';
import { SecretFilter } from '../../assistant/secretFilter.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { failureAnswer, failureSentence } from '../../http/answers.ts';
import { readJson } from '../../http/input.ts';
import { badRequest, forbidden, RefusalError } from '../../http/refusalError.ts';
import { log } from '../../log.ts';
import type { RouteServices } from '../../routeServices.ts';
import { toPage } from '../../store/pages.ts';
import { Turns } from '../../turns.ts';
import { version } from '../../version.ts';

const path = '/mcp';
const maxBodyBytes = 1024 * 1024;

export function assistantRoutes({
  app,
  store,
  pushes,
  mount,
  callOperation,
  activity,
  assistantToken,
  secrets,
  pagesFolder,
}: RouteServices): void {
  const keys = new AssistantKeys(store, pushes, assistantToken);
  const limit = new CallLimit();
  const turns = new Turns();
  const filter = new SecretFilter(secrets);

  async function record({ keyId, durationMs, isError, tool, ...call }: RecordedCall): Promise<void> {
    const how = isError ? 'refused' : 'answered';
    const given = JSON.stringify(call.arguments);
    const result = JSON.stringify(call.result);
    log.info(
      `Assistant: ${tool} ${how} for key ${keyId} in ${Math.round(durationMs)} ms (${given.length} and ${result.length} characters).`,
    );
    await activity.add(activityLine({ at: new Date(), tool, ...call, consent: 'notNeeded' }));
  }

  async function load() {
    const { createMcp } = await import('../../assistant/mcp.ts');
    const runApp = join(pagesFolder, '../runApp.html');
    return createMcp({
      version,
      skills: loadSkills(join(pagesFolder, '../../skills')),
      runAppHtml: existsSync(runApp) ? readFileSync(runApp, 'utf8') : null,
      call: async (id, input, from) => {
        try {
          const key = await keys.find(from.authorization);
          return { json: await callOperation(id, input, { key, origin: from.origin }) };
        } catch (error) {
          return { refusal: filter.clean(failureSentence(`${id} for an assistant`, error), from.authorization) };
        }
      },
      withoutSecrets: (value, authorization) => filter.clean(value, authorization),
      secondsToWait: (keyId) => limit.secondsToWait(keyId, performance.now()),
      inTurn: (keyId, work) => turns.take(keyId, work),
      record,
      logFailure: (what, error) => log.error(`${what} failed`, error),
      logRefusal: (error) => logFailure('A request of an assistant was refused', error.message),
    });
  }
  let mcp: ReturnType<typeof load> | undefined;

  /** The headers of the protocol are repeated when their values are not known. */
  function refuseSecrets(headers: Readonly<Record<string, string>>, authorization: string): void {
    const ofProtocol = Object.keys(headers).filter((name) => name.startsWith('mcp-'));
    if (ofProtocol.every((name) => filter.clean(headers[name], authorization) === headers[name])) return;
    throw badRequest(
      'A header of the protocol has a key or another secret. Send the key in the header Authorization only.',
    );
  }

  app.all(path, async (c) => {
    try {
      const origin = c.get('origin');
      const authorization = c.req.header('authorization') ?? '';
      const { id: keyId } = await keys.find(authorization);
      refuseForeignPage(c.req.header('origin'), origin);
      const body = c.req.method === 'POST' ? await readJson(c.env, keyId, maxBodyBytes) : undefined;
      // A secret in a request would be repeated in answers and in the record.
      const parsedBody = filter.clean(body, authorization);
      refuseSecrets(c.req.header(), authorization);
      mcp ??= load();
      const { fetch } = await mcp;
      return await fetch(c.req.raw, {
        authInfo: { token: authorization, clientId: keyId, scopes: [], extra: { origin } },
        ...(parsedBody === undefined ? {} : { parsedBody }),
      });
    } catch (error) {
      const answer = failureAnswer(c.req.method, path, error);
      // Without more than this, clients do not look for an authorization server.
      if (error instanceof RefusalError && error.code === 'UNAUTHORIZED') {
        answer.headers.set('WWW-Authenticate', 'Bearer');
      }
      return answer;
    }
  });

  mount(assistant.activity, async ({ query }) => {
    const entries = await activity.read();
    return toPage(entries.slice(query.cursor, query.cursor + query.limit + 1), query);
  });
}

/**
 * The protocol asks servers to refuse other origins, because of DNS rebinding. The origin of a page of another server on this
 * machine is another one, too: its port differs. Programs send no origin.
 */
function refuseForeignPage(given: string | undefined, own: string): void {
  if (given === undefined || given === own) return;
  throw forbidden('Pages of other origins cannot use the interface for assistants. Send no Origin header.');
}

/** A server that was installed without the extension has no skills. */
const loadSkills = (folder: string): Skill[] =>
  (existsSync(folder) ? readdirSync(folder).sort() : []).map((name) =>
    readSkill(readFileSync(join(folder, name, 'SKILL.md'), 'utf8')),
  );
