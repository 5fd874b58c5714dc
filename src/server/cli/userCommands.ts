import type { Account } from '../../shared/contract/accounts.ts';
import { auditActors } from '../../shared/contract/audit.ts';
import { invitationLink } from '../../shared/contract/invitationLink.ts';
import { serverExit } from '../../shared/contract/local.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { auditInput } from '../auditLog.ts';
import { RefusalError } from '../http/refusalError.ts';
import { addAccount, giveKey, inviteAccount, listAccounts, revokeAccount, updateAccount } from '../store/accounts.ts';
import { addAuditEntry, endAuditEntry } from '../store/auditEntries.ts';
import type { StoreTransaction } from '../store/tables.ts';
import { findUserByEmail } from '../store/users.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { withStore } from './userKeys.ts';
import type { UserCommand } from './userOptions.ts';

/** Does a command about users, also beside a running server. Returns what to print. @throws CommandError */
export async function userCommand(folder: DataFolder, command: UserCommand): Promise<string> {
  return withStore(folder, async ({ store, writer }) => {
    if (command.action === 'list') return tableOf(await listAccounts(store));
    try {
      return await writer.write((change) => recorded(change, command, addressOf(folder)));
    } catch (error) {
      if (error instanceof RefusalError) throw new CommandError(serverExit.refused, error.message);
      throw error;
    }
  });
}

type Change = Exclude<UserCommand, { action: 'list' }>;

async function recorded(change: StoreTransaction, command: Change, address: string | null): Promise<string> {
  const { action, ...input } = command;
  const entry = await addAuditEntry(change, {
    user_id: null,
    user_name: auditActors.commandLine,
    operation: `user ${action}`,
    input: auditInput(input),
  });
  const { id, text } = await apply(change, command, address);
  await endAuditEntry(change, entry, 'done', id);
  return text;
}

async function apply(
  change: StoreTransaction,
  command: Change,
  address: string | null,
): Promise<{ id: string; text: string }> {
  const id = command.action === 'add' ? await addAccount(change, command) : await idOf(change, command.email);
  switch (command.action) {
    case 'add':
    case 'invite':
      return { id, text: command.asKey ? await giveKey(change, id) : await invitation(change, id, address) };
    case 'role':
      await updateAccount(change, id, { role: command.role });
      return { id, text: `${command.email} is now ${command.role}.` };
    case 'revoke':
      await revokeAccount(change, id);
      return { id, text: `${command.email} has no access any more.` };
  }
}

async function idOf(change: StoreTransaction, email: string): Promise<string> {
  const id = await findUserByEmail(change, email);
  if (id === null) throw new CommandError(serverExit.refused, `There is no user with the e-mail address ${email}.`);
  return id;
}

async function invitation(change: StoreTransaction, id: string, address: string | null): Promise<string> {
  if (address === null) {
    throw new CommandError(
      serverExit.refused,
      'An invitation contains the address of the server. Start it once first.',
    );
  }
  return invitationLink(address, (await inviteAccount(change, id)).token);
}

function addressOf(folder: DataFolder): string | null {
  const server = folder.readServerFile();
  return server?.public_url ?? server?.url ?? null;
}

function tableOf(accounts: readonly Account[]): string {
  const rows = accounts.map((each) => [
    each.email,
    each.name,
    each.revoked_at === null ? each.role : 'revoked',
    each.last_used_at ?? (each.invited_until === null ? '-' : `invited until ${each.invited_until}`),
  ]);
  return [['E-MAIL', 'NAME', 'ROLE', 'LAST USE'], ...rows]
    .map((row) => row.map((cell) => oneLine(cell)).join('\t'))
    .join('\n');
}
