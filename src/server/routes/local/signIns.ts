import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { accounts } from '../../../shared/contract/accounts.ts';
import { auditActors } from '../../../shared/contract/audit.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { signInPath, signIns as operations } from '../../../shared/contract/signIns.ts';
import { auditInput } from '../../auditLog.ts';
import { json } from '../../http/answers.ts';
import { parseInput, readJson, readText } from '../../http/input.ts';
import { type Environment, routeOf } from '../../http/mount.ts';
import { plainPage } from '../../http/plainPage.ts';
import { forbidden, notFound, RefusalError } from '../../http/refusalError.ts';
import { createToken } from '../../keys.ts';
import { log } from '../../log.ts';
import type { RouteServices } from '../../routeServices.ts';
import { canceledPage, confirmationPage, donePage, problemPage } from '../../signIn/pages.ts';
import type { Person, Provider, ProviderOptions } from '../../signIn/provider.ts';
import { type SignIn, signInMinutes, SignIns } from '../../signIn/signIns.ts';
import { createPersonalKey } from '../../store/accounts.ts';
import { addAuditEntry, endAuditEntry } from '../../store/auditEntries.ts';
import { findAccountOf, newAccount, signInToAccount, userOfIdentity } from '../../store/identities.ts';
import { isoTime } from '../../store/time.ts';
import { findUser } from '../../store/users.ts';

const cookieName = 'test-stations-sign-in';
const callbackPath = `${signInPath}/callback`;
const maxBodyBytes = 1_000;

type BrowserContext = Context<Environment>;

/**
 * Signing in with an OpenID Connect provider. The editor begins a sign-in and asks for its end; between, the browser of the
 * person comes to `/sign-in/{id}`, goes to the provider, returns to `/sign-in/callback`, and confirms. The steps in the
 * browser are bound to each other by a cookie, and the editor's by a secret that no address contains.
 */
export function signInRoutes({ app, store, writer, audit, signIn }: RouteServices): void {
  const signIns = new SignIns();

  app.post(operations.begin.path, () => {
    if (signIn === null)
      throw notFound('This server has no provider to sign in with. Ask an administrator of it for an invitation.');
    const { id, secret, code } = signIns.begin();
    const url = `${signIn.publicUrl}${signInPath}/${id}`;
    const expires_at = isoTime(Date.now() + signInMinutes * 60_000);
    return json({ id, secret, code, url, expires_at } satisfies Answer<typeof operations.begin>);
  });

  app.post(routeOf(operations.finish), async (c) => {
    const { id } = parseInput(operations.finish.params, c.req.param());
    const { secret } = parseInput(operations.finish.body, await readJson(c.env, 'sign-in', maxBodyBytes));
    const signedIn = signIns.take(id, secret);
    const signed_in = signedIn && (await giveKey(signedIn.userId, signedIn.person));
    return json({ signed_in } satisfies Answer<typeof operations.finish>);
  });

  if (signIn === null) return;
  const { publicUrl, provider: rules } = signIn;
  const host = new URL(rules.issuer).host;
  let loaded: Promise<Provider> | undefined;

  /** Does what needs the provider. @throws ProviderError */
  async function withProvider<T>(work: (provider: Provider) => Promise<T>): Promise<T> {
    const provider = await (loaded ??= load(rules, publicUrl + callbackPath));
    try {
      return await work(provider);
    } catch (error) {
      const { message, logged } = provider.problemOf(error);
      log.error(logged);
      throw new ProviderError(message);
    }
  }

  const browserOf = (c: BrowserContext): string => getCookie(c, cookieName) ?? '';

  /** Gives a browser its cookie. Forms and returns from the provider need one, and never set it. */
  function ensureBrowser(c: BrowserContext): string {
    const known = browserOf(c);
    const browser = /^[\w-]{43}$/.test(known) ? known : createToken();
    setCookie(c, cookieName, browser, {
      path: signInPath,
      httpOnly: true,
      sameSite: 'Lax',
      secure: publicUrl.startsWith('https:'),
      maxAge: signInMinutes * 60,
    });
    return browser;
  }

  async function pageFor(c: BrowserContext, error: unknown, again?: string): Promise<Response> {
    if (!(error instanceof RefusalError || error instanceof ProviderError)) throw error;
    const status = error instanceof ProviderError ? 502 : error.code === 'NOT_FOUND' ? 404 : 403;
    return plainPage(c, { ...problemPage(error.message, again), status, cacheControl: 'no-store' });
  }

  app.get(callbackPath, async (c) => {
    let again: string | undefined;
    try {
      const { signIn: open, request } = signIns.takeAnswered(c.req.query('state') ?? '', browserOf(c));
      const page = `${signInPath}/${open.id}`;
      again = page;
      const person = await withProvider((each) => each.personOf(new URL(c.req.url).search, request));
      again = undefined;
      await checked(open, person, () => findAccountOf(store, person, rules));
      signIns.setPerson(open, person);
      // So that the code is not in the address of the page, nor in the history.
      return c.redirect(page, 303);
    } catch (error) {
      return pageFor(c, error, again);
    }
  });

  app.get(`${signInPath}/:id`, async (c) => {
    try {
      const open = signIns.open(c.req.param('id'), ensureBrowser(c));
      if (open.result !== null) throw notFound('This sign-in was finished already. Return to VS Code.');
      if (open.person !== null) {
        const { person, code, formToken } = open;
        const action = `${signInPath}/${open.id}`;
        const page = confirmationPage({
          server: new URL(publicUrl).host,
          provider: host,
          person,
          code,
          action,
          formToken,
        });
        return await plainPage(c, { ...page, cacheControl: 'no-store' });
      }
      const { address, request } = await withProvider((each) => each.request());
      open.request = request;
      return c.redirect(address, 302);
    } catch (error) {
      return pageFor(c, error, error instanceof ProviderError ? c.req.path : undefined);
    }
  });

  app.post(`${signInPath}/:id`, async (c) => {
    try {
      const form = new URLSearchParams(await readText(c.env.incoming, maxBodyBytes));
      const open = signIns.confirmed(c.req.param('id'), browserOf(c), form.get('token') ?? '');
      if (form.get('answer') !== 'sign-in') {
        open.result = { refusal: forbidden('The sign-in was canceled in the browser.') };
        return await plainPage(c, { ...canceledPage, cacheControl: 'no-store' });
      }
      if (form.get('same') !== 'yes') throw forbidden('Confirm first that VS Code shows the same code.');
      const { person } = open;
      const id = await checked(open, person, () => signInAs(person));
      open.result = { userId: id, person };
      return await plainPage(c, { ...donePage(person), cacheControl: 'no-store' });
    } catch (error) {
      return pageFor(c, error);
    }
  });

  const signInAs = (person: Person): Promise<string> =>
    writer.write(async (change) => {
      const { id, isNew } = await signInToAccount(change, person, rules);
      if (!isNew) return id;
      const { issuer, subject } = person;
      const input = auditInput({ body: newAccount(person, rules.role), issuer, subject });
      const actor = { user_id: null, user_name: auditActors.signIn };
      const entry = await addAuditEntry(change, { ...actor, operation: accounts.create.id, input });
      await endAuditEntry(change, entry, 'done', id);
      return id;
    });

  /** Ends a sign-in whose person is refused, and records the refusal. @throws what the work throws */
  async function checked<T>(open: SignIn, person: Person, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      open.result = { refusal: error };
      const user = await userOfIdentity(store, person);
      const { issuer, subject, name, email } = person;
      await audit.recordRefusal(user?.id ?? `${issuer} ${subject}`, {
        user_id: user?.id ?? null,
        user_name: user?.name ?? auditActors.signIn,
        operation: operations.finish.id,
        input: auditInput({ issuer, subject, name, email, reason: error.message }),
      });
      throw error;
    }
  }

  function giveKey(
    userId: string,
    { issuer, subject }: Person,
  ): Promise<Answer<typeof operations.finish>['signed_in']> {
    return writer.write(async (change) => {
      const user = await findUser(change, userId);
      if (user?.revoked_at !== null) {
        throw forbidden(
          'Your access to this server was revoked. Ask an administrator of this server for a new invitation.',
        );
      }
      const { id, name, email, role } = user;
      const entry = await addAuditEntry(change, {
        user_id: id,
        user_name: name,
        operation: operations.finish.id,
        input: auditInput({ issuer, subject }),
      });
      await endAuditEntry(change, entry, 'done', id);
      return { id, name, email, role, api_key: await createPersonalKey(change, id) };
    });
  }
}

/** The provider could not be used. The message is for the person in the browser. */
class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

async function load(options: ProviderOptions, redirectUri: string): Promise<Provider> {
  const { OidcProvider } = await import('../../signIn/oidc.ts');
  return new OidcProvider(options, redirectUri);
}
