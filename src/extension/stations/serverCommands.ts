import * as vscode from 'vscode';
import { readInvitation } from '../../shared/contract/invitationLink.ts';
import { stations } from '../../shared/contract/stations.ts';
import type { Connection } from '../connection/connection.ts';
import type { RemoteServerEntry } from '../connection/serverList.ts';
import type { Commands } from '../vscode/commands.ts';
import { confirm, offer, showDone, showInformation } from '../vscode/messages.ts';
import { pickOne } from '../vscode/pick.ts';
import { askInSteps, type Question } from '../vscode/steps.ts';
import { commandRemedy, type Remedy, UserError } from '../vscode/userError.ts';
import { askHow, signInWithProvider } from './providerSignIn.ts';
import { askCaFile, askKey, askPlace, cloud, isUnencrypted, type VerifiedKey } from './serverQuestions.ts';

export function registerServerCommands(commands: Commands, connection: Connection): void {
  const { servers } = connection;

  const signIn = async ({ key, name, place }: VerifiedKey): Promise<void> => {
    await connection.signIn(place, key);
    showDone(vscode.l10n.t('Signed in to {0} as {1}', new URL(place.url).host, name));
  };

  const known = (url: string): RemoteServerEntry => servers.all.find((place) => place.url === url) ?? { url };
  const refuseUnencrypted = async ({ url }: RemoteServerEntry): Promise<void> => {
    if (isUnencrypted(url) && !(await confirmUnencrypted(url))) throw new vscode.CancellationError();
  };

  commands.register('addServer', async () => {
    const answers: { place?: RemoteServerEntry; key?: VerifiedKey } = {};
    const askItsPlace: Question = async (step) => {
      const { place } = await askPlace(step, connection, known, {
        value: cloud,
        prompt: vscode.l10n.t('The address of TofuPilot: the cloud’s, or the one of your own installation'),
        example: cloud,
      });
      await refuseUnencrypted(place);
      answers.place = place;
    };
    const askForKey: Question = async (step) => {
      if (answers.place !== undefined) answers.key = await askKey(step, connection, answers.place);
    };
    await askInSteps(vscode.l10n.t('Add TofuPilot server'), () => [askItsPlace, askForKey]);
    if (answers.key !== undefined) await signIn(answers.key);
  });

  commands.register('connectLabServer', async () => {
    const answers: Access & { token?: string | undefined } = {};
    const askInvitation: Question = async (step) => {
      const { place, typed } = await askPlace(step, connection, known, {
        value: '',
        prompt: vscode.l10n.t('Paste your invitation, or type the address of the server to sign in.'),
        example: 'https://stations.example.com',
      });
      await refuseUnencrypted(place);
      answers.place = place;
      answers.token = readInvitation(typed)?.token;
      answers.provider = answers.token === undefined ? await connection.signInProvider(place) : undefined;
    };
    const askAccess = accessQuestions(connection, answers);
    await askInSteps(vscode.l10n.t('Connect to lab server'), () =>
      // What else has to be asked is known after the first answer.
      answers.place === undefined || answers.token !== undefined ? [askInvitation] : [askInvitation, ...askAccess()],
    );
    const { place, token } = answers;
    if (place === undefined) return;
    if (token === undefined) return signIn(await accessFrom(connection, answers));
    const { api_key, name } = await connection.acceptInvitation(place, token);
    await signIn({ key: api_key, name, place });
  });

  commands.register('switchServer', async () => {
    const current = connection.remote?.url;
    const local = {
      label: `$(vm) ${vscode.l10n.t('This Machine')}`,
      description: current === undefined ? vscode.l10n.t('in use') : '',
      detail: vscode.l10n.t('The embedded server: offline, without an account'),
      use: () => connection.use(undefined),
    };
    const remote = servers.all.map((place) => ({
      label: `$(globe) ${new URL(place.url).host}`,
      description: place.url === current ? vscode.l10n.t('in use') : '',
      use: () => connection.use(place),
    }));
    const add = {
      label: `$(add) ${vscode.l10n.t('Add TofuPilot Server…')}`,
      use: () => vscode.commands.executeCommand('testStations.addServer'),
    };
    const connect = {
      label: `$(organization) ${vscode.l10n.t('Connect to Lab Server…')}`,
      use: () => vscode.commands.executeCommand('testStations.connectLabServer'),
    };
    const all: (vscode.QuickPickItem & { use: () => Thenable<unknown> })[] = [local, ...remote, connect, add];
    await (await pickOne(all, { title: vscode.l10n.t('Server of stations and runs') })).use();
  });

  commands.register('signIn', async () => {
    const place = connection.remote;
    if (place === undefined) await vscode.commands.executeCommand('testStations.addServer');
    else {
      const answers: Access = { place, provider: await connection.signInProvider(place) };
      await askInSteps(vscode.l10n.t('Sign in to {0}', new URL(place.url).host), accessQuestions(connection, answers));
      await signIn(await accessFrom(connection, answers));
    }
  });

  commands.register('signOut', async () => {
    const place = remoteOf(connection);
    const host = new URL(place.url).host;
    const sure = await confirm({
      message: vscode.l10n.t('Sign out of {0}?', host),
      detail: vscode.l10n.t(
        'Your key and the keys of its stations are removed from VS Code’s secret storage. To run scripts on them from here again, you need these keys again. On the server they stay valid.',
      ),
      button: vscode.l10n.t('Sign Out'),
    });
    if (sure) await connection.signOut(place);
  });

  commands.register('removeServer', async () => {
    const items = servers.all.map((place) => ({ label: new URL(place.url).host, place }));
    if (items.length === 0) throw new UserError(vscode.l10n.t('No TofuPilot server has been added.'));
    const picked = await pickOne(items, { title: vscode.l10n.t('Remove server') });
    const sure = await confirm({
      message: vscode.l10n.t('Remove {0} from the list of servers?', picked.label),
      detail: vscode.l10n.t(
        'Its keys are removed from VS Code’s secret storage. Nothing changes on the server, and it can be added again.',
      ),
      button: vscode.l10n.t('Remove Server'),
    });
    if (!sure) return;
    await connection.signOut(picked.place);
    await servers.remove(picked.place);
    connection.reset();
  });

  commands.register('chooseCaFile', async () => {
    const place = remoteOf(connection);
    await servers.save({ ...place, caFile: await askCaFile() });
    connection.reset();
  });

  commands.register('openDashboard', async () => {
    const { url } = remoteOf(connection);
    await vscode.env.openExternal(vscode.Uri.parse(url));
  });
}

interface Access {
  place?: RemoteServerEntry;
  provider?: string | undefined;
  how?: 'provider' | 'key';
  key?: VerifiedKey;
}

function accessQuestions(connection: Connection, answers: Access): () => Question[] {
  const ask: Question = async (step) => {
    if (answers.provider !== undefined) answers.how = await askHow(step, answers.provider);
  };
  const askForKey: Question = async (step) => {
    if (answers.place !== undefined) answers.key = await askKey(step, connection, answers.place);
  };
  return () => {
    if (answers.provider === undefined) return [askForKey];
    return answers.how === 'key' ? [ask, askForKey] : [ask];
  };
}

async function accessFrom(connection: Connection, { place, provider, how, key }: Access): Promise<VerifiedKey> {
  if (place !== undefined && provider !== undefined && how === 'provider') {
    return signInWithProvider(connection, place);
  }
  if (key === undefined) throw new vscode.CancellationError();
  return key;
}

function remoteOf(connection: Connection): RemoteServerEntry {
  if (connection.remote !== undefined) return connection.remote;
  throw new UserError(
    vscode.l10n.t(
      'The server of this machine is in use: it has no account and no dashboard. Add a TofuPilot server first.',
    ),
    [commandRemedy(vscode.l10n.t('Add Server'), 'addServer')],
  );
}

const confirmUnencrypted = (url: string): Promise<boolean> =>
  confirm({
    message: vscode.l10n.t('Send keys to {0} unencrypted?', new URL(url).host),
    detail: vscode.l10n.t(
      'The address begins with http, so anyone on the network in between can read the keys and the results.',
    ),
    button: vscode.l10n.t('Use Unencrypted'),
  });

/** @param instead a sentence that says what to do in the dashboard instead of here */
export function offerDashboard(
  connection: Connection,
  station: { id: string },
  instead: string,
  ...next: readonly Remedy[]
): Promise<void> {
  const label = vscode.l10n.t('Open {0}', connection.serverName);
  return offer(showInformation, instead, [{ label, run: () => openDashboardOf(connection, station) }, ...next]);
}

/** Opens the dashboard of the station's organization. The addresses of its pages are not documented. */
async function openDashboardOf(connection: Connection, { id }: { id: string }): Promise<void> {
  const { url } = remoteOf(connection);
  const { organization_slug: organization } = await connection.call(stations.get, { params: { id } });
  await vscode.env.openExternal(vscode.Uri.joinPath(vscode.Uri.parse(url), organization));
}
