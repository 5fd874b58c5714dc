import * as vscode from 'vscode';
import { type Account, accounts, type Invitation, userName } from '../../shared/contract/accounts.ts';
import { type Role, roles } from '../../shared/contract/operation.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { confirm, showDone, showInformation } from '../vscode/messages.ts';
import { askInSteps, askOne, type Question, type Step } from '../vscode/steps.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
}

export async function manageUsers(connection: Connection): Promise<void> {
  const { data } = await connection.call(accounts.list);
  const own = await connection.call(accounts.own);
  const invite: Choice = {
    label: `$(add) ${vscode.l10n.t('Invite User…')}`,
    run: () => inviteUser(connection),
  };
  const users = data.map((user, index): Choice => {
    const address = index === 0 ? vscode.l10n.t('account of the data folder') : oneLine(user.email);
    return {
      label: withoutIcons(oneLine(user.name)),
      description: [address, ...(user.id === own.id ? [vscode.l10n.t('you')] : [])].join(' · '),
      detail: stateOf(user),
      run: () => manageUser(connection, user, index === 0),
    };
  });
  await choose(vscode.l10n.t('Users of {0}', connection.serverName), [...users, invite]);
}

async function choose(title: string, choices: readonly Choice[]): Promise<void> {
  const picked = await askOne(title, (step) => step.pick(choices, vscode.l10n.t('Choose a user, or invite one')));
  await picked.run();
}

function stateOf({ role, revoked_at, invited_until, last_used_at }: Account): string {
  if (revoked_at !== null) return vscode.l10n.t('Revoked on {0}', day(revoked_at));
  const parts = [roleName(role)];
  if (invited_until !== null) parts.push(vscode.l10n.t('invited until {0}', day(invited_until)));
  else if (last_used_at !== null) parts.push(vscode.l10n.t('last active on {0}', day(last_used_at)));
  return parts.join(' · ');
}

const day = (time: string): string => new Date(time).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });

const roleName = (role: Role): string =>
  ({
    viewer: vscode.l10n.t('Viewer'),
    engineer: vscode.l10n.t('Engineer'),
    administrator: vscode.l10n.t('Administrator'),
  })[role];

const roleDetail = (role: Role): string =>
  ({
    viewer: vscode.l10n.t('Reads stations, runs and statistics'),
    engineer: vscode.l10n.t('Also changes stations, keys, procedures, units and their runs'),
    administrator: vscode.l10n.t('Also manages users and reads the audit log'),
  })[role];

async function askRole(step: Step, current: Role | undefined): Promise<Role> {
  const items = roles.map((role) => ({
    label: roleName(role),
    description: role === current ? vscode.l10n.t('now') : '',
    detail: roleDetail(role),
    role,
  }));
  return (await step.pick(items, vscode.l10n.t('What may this user do?'))).role;
}

async function inviteUser(connection: Connection): Promise<void> {
  const answers: { name: string; email: string; role: Role } = { name: '', email: '', role: 'engineer' };
  const fields = accounts.create.body.shape;
  const askName: Question = async (step) => {
    answers.name = await step.text({
      value: answers.name,
      prompt: vscode.l10n.t('Name of the user, as others see it'),
      validate: (text) => userName.safeParse(text).error?.issues[0]?.message,
    });
  };
  const askEmail: Question = async (step) => {
    answers.email = await step.text({
      value: answers.email,
      prompt: vscode.l10n.t('E-mail address, which identifies the user'),
      validate: (text) => fields.email.safeParse(text.trim()).error?.issues[0]?.message,
    });
  };
  const askTheRole: Question = async (step) => {
    answers.role = await askRole(step, undefined);
  };
  await askInSteps(vscode.l10n.t('Invite user'), () => [askName, askEmail, askTheRole]);
  await handOver(answers.name, await connection.call(accounts.create, { body: answers }));
}

/** Puts an invitation into the clipboard, which is the only place that it is written to. */
async function handOver(name: string, { link, expires_at }: Invitation): Promise<void> {
  await vscode.env.clipboard.writeText(link);
  const message = vscode.l10n.t(
    'The invitation for {0} is in the clipboard. Send it to that person alone: it works once, until {1}.',
    oneLine(name),
    day(expires_at),
  );
  const copy = vscode.l10n.t('Copy Again');
  while ((await showInformation(message, copy)) === copy) await vscode.env.clipboard.writeText(link);
}

/** @param isFirst whether it is the user of the data folder, who stays an administrator */
async function manageUser(connection: Connection, user: Account, isFirst: boolean): Promise<void> {
  const { id, name } = user;
  const params = { id };
  const rename: Choice = {
    label: vscode.l10n.t('Rename…'),
    run: async () => {
      const text = await askOne(vscode.l10n.t('Rename {0}', oneLine(name)), (step) =>
        step.text({
          value: name,
          prompt: vscode.l10n.t('Name of the user, as others see it'),
          validate: (typed) => userName.safeParse(typed).error?.issues[0]?.message,
        }),
      );
      await connection.call(accounts.update, { params, body: { name: text } });
      showDone(vscode.l10n.t('{0} is now named {1}.', oneLine(name), oneLine(text)));
    },
  };
  const changeRole: Choice = {
    label: vscode.l10n.t('Change Role…'),
    run: async () => {
      const role = await askOne(vscode.l10n.t('Role of {0}', oneLine(name)), (step) => askRole(step, user.role));
      await connection.call(accounts.update, { params, body: { role } });
      showDone(vscode.l10n.t('{0} has the role {1} now.', oneLine(name), roleName(role)));
    },
  };
  const invite: Choice = {
    label: vscode.l10n.t('Copy New Invitation'),
    detail:
      user.revoked_at === null
        ? vscode.l10n.t('For another computer, or instead of an earlier invitation')
        : vscode.l10n.t('Gives this user access again'),
    run: async () => handOver(name, await connection.call(accounts.invite, { params })),
  };
  const revoke: Choice = { label: vscode.l10n.t('Revoke Access…'), run: () => revokeAccess(connection, user) };
  const choices = isFirst ? [rename] : [changeRole, invite, ...(user.revoked_at === null ? [revoke] : []), rename];
  const title = withoutIcons(oneLine(name));
  const picked = await askOne(title, (step) => step.pick(choices, vscode.l10n.t('What do you want to do?')));
  await picked.run();
}

async function revokeAccess(connection: Connection, { id, name }: Account): Promise<void> {
  const isSure = await confirm({
    message: vscode.l10n.t('Revoke the access of {0}?', oneLine(name)),
    detail: vscode.l10n.t(
      'All keys of this user end at once, also in windows that are open now. The keys of stations stay valid, and what the user did keeps the name.',
    ),
    button: vscode.l10n.t('Revoke Access'),
  });
  if (!isSure) return;
  await connection.call(accounts.revoke, { params: { id } });
  showDone(vscode.l10n.t('{0} has no access any more.', oneLine(name)));
}
