import { accounts } from '../../shared/contract/accounts.ts';
import type { Role } from '../../shared/contract/operation.ts';
import type { NewAccount } from '../store/accounts.ts';
import type { CommandValues } from './commandValues.ts';
import { usageError } from './usage.ts';

/** `asKey`: a key is printed, and no invitation. */
export type UserCommand =
  | { action: 'list' }
  | ({ action: 'add'; asKey: boolean } & NewAccount)
  | { action: 'invite'; email: string; asKey: boolean }
  | { action: 'role'; email: string; role: Role }
  | { action: 'revoke'; email: string };

const optionsOf: Record<UserCommand['action'], readonly (keyof CommandValues)[]> = {
  list: [],
  add: ['email', 'name', 'role', 'print-key'],
  invite: ['email', 'print-key'],
  role: ['email', 'role'],
  revoke: ['email'],
};

const isAction = (action: string): action is UserCommand['action'] => Object.hasOwn(optionsOf, action);

/** @throws CommandError when an option is missing, wrong, or belongs to another command */
export function readUserCommand(action: string, values: CommandValues): UserCommand {
  if (!isAction(action)) throw usageError('user needs one of add, invite, role, revoke and list.');
  refuseUserOptions(values, optionsOf[action]);
  const asKey = values['print-key'] ?? false;
  switch (action) {
    case 'list':
      return { action };
    case 'add':
      return { action, asKey, name: read('name', values), email: read('email', values), role: read('role', values) };
    case 'invite':
      return { action, asKey, email: read('email', values) };
    case 'role':
      return { action, email: read('email', values), role: read('role', values) };
    case 'revoke':
      return { action, email: read('email', values) };
  }
}

export function refuseUserOptions(values: CommandValues, allowed: readonly (keyof CommandValues)[] = ['name']): void {
  for (const option of ['email', 'name', 'role', 'print-key'] as const) {
    if (values[option] === undefined || allowed.includes(option)) continue;
    const actions = Object.entries(optionsOf).flatMap(([action, options]) =>
      options.includes(option) ? [action] : [],
    );
    throw usageError(`--${option} goes with user ${actions.join(', ')}.`);
  }
}

const fields = accounts.create.body.shape;

function read<F extends 'name' | 'email' | 'role'>(field: F, values: CommandValues): NewAccount[F];
function read(field: 'name' | 'email' | 'role', values: CommandValues): string {
  const value = values[field];
  if (value === undefined) throw usageError(`--${field} is missing.`);
  const parsed = fields[field].safeParse(value);
  if (!parsed.success) throw usageError(`--${field}: ${parsed.error.issues[0]?.message ?? 'not allowed'}`);
  return parsed.data;
}
