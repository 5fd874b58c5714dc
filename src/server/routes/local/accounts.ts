import { accounts } from '../../../shared/contract/accounts.ts';
import { invitationLink } from '../../../shared/contract/invitationLink.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { json } from '../../http/answers.ts';
import { parseInput, readJson } from '../../http/input.ts';
import type { RouteServices } from '../../routeServices.ts';
import {
  acceptInvitation,
  addAccount,
  inviteAccount,
  listAccounts,
  revokeAccount,
  updateAccount,
} from '../../store/accounts.ts';
import { addAuditEntry, endAuditEntry } from '../../store/auditEntries.ts';
import type { StoreTransaction } from '../../store/tables.ts';
import { findUser, type UserRow } from '../../store/users.ts';
import { orNotFound } from '../existing.ts';

const maxInvitationBytes = 1_000;
const ownAnswer = ({ id, name, email, role }: UserRow): Answer<typeof accounts.own> => ({ id, name, email, role });

export function accountRoutes({ app, mount, mountChange, store, writer }: RouteServices): void {
  mount(accounts.own, async ({ caller }) => ownAnswer(orNotFound(await findUser(store, caller.id), 'user')));

  mount(accounts.list, async () => ({ data: await listAccounts(store) }));

  const invite = async (change: StoreTransaction, id: string, origin: string) => {
    const { token, expires_at } = await inviteAccount(change, id);
    return { id, link: invitationLink(origin, token), expires_at };
  };

  mountChange(accounts.create, async (change, { body, origin }) =>
    invite(change, await addAccount(change, body), origin),
  );

  mountChange(accounts.update, async (change, { params: { id }, body }) => {
    await updateAccount(change, id, body);
    return { id };
  });

  mountChange(accounts.invite, (change, { params: { id }, origin }) => invite(change, id, origin));

  mountChange(accounts.revoke, async (change, { params: { id } }) => {
    await revokeAccount(change, id);
    return { id };
  });

  app.post(accounts.acceptInvitation.path, async (c) => {
    const operation = accounts.acceptInvitation;
    const { token } = parseInput(operation.body, await readJson(c.env, 'invitation', maxInvitationBytes));
    const { user, api_key } = await writer.write(async (change) => {
      const accepted = await acceptInvitation(change, token);
      const { id: user_id, name: user_name } = accepted.user;
      const entry = await addAuditEntry(change, { user_id, user_name, operation: operation.id, input: '{}' });
      await endAuditEntry(change, entry, 'done', user_id);
      return accepted;
    });
    return json({ ...ownAnswer(user), api_key } satisfies Answer<typeof operation>);
  });
}
