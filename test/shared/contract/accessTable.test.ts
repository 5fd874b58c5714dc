import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Operation } from '../../../src/shared/contract/operation.ts';
import { operations } from '../../../src/shared/contract/operations.ts';

/**
 * Who may do what, written down a second time: the server's answers are tested against the table in the contract, so a
 * wrong cell there would pass. The kinds of key of v1 and v2 are those of TofuPilot; stations manage nothing and delete no
 * result. Of the users, viewers read, engineers change, and administrators manage users.
 */
const table = `
open to everyone
  local: health live openapi ready
with a token of their own
  local: shutdown
  local.invitations: accept
  local.signIns: begin finish
users from engineer
  local.keys: delete generate
  local.links: create delete
  local.procedures: identifier
  local.stations: operatorAddress setGroup takeOver use
  local.stations.use: end
  local.stations.pauses: create delete end
  local.studies: attach create delete discard release update
  local.goldenChecks: set
  local.shifts: setCalendar
  v1.runs: delete
  v1.units: delete
  runs: delete
  stations: create remove update
  procedures: create delete update
  procedures.versions: create delete
  parts: delete update
  parts.revisions: delete update
  batches: delete update
  units: delete
  trpc.station: linkProcedure
users from administrator
  local.demoData: create
  local.assistant: activity
  local.users: create invite list revoke update
  local.audit: list
users from viewer
  local: events
  local.stations: get list several
  local.operator: waiting
  local.uptime: day fleet station
  local.analytics: measurement measurements procedure routes values
  local.studies: get list
  local.goldenChecks: rules
  local.runs: filterValues
  stations: list
  users: get_current
  local.users: own
stations, and users from viewer
  local.operator: state states
  local.goldenChecks: station
  local.shifts: calendar
  v1.runs: list
  runs: get list
  stations: get
  procedures: get list
  procedures.versions: get
  parts: get list
  parts.revisions: get
  batches: get list
  units: get list
  phases: get list
  measurements: get list
  logs: get list
  deployments: get list
  users: list
  identity: whoami
stations, and users from engineer
  local.operator: answer link loop report requests start stop
  local.stations: heartbeat
  v1.runs: create
  v1.units: update
  v1.uploads: initialize sync
  v1: import streaming
  runs: create create_attachment update update_metadata
  parts: create
  parts.revisions: create
  batches: create
  units: add_child create create_attachment delete_attachment remove_child update
  attachments: delete finalize initialize
  imports: structured tabular
stations
  stations: get_current
`;

/** Results name their creator, and live traffic changes nothing that is stored, so neither is in the audit log. */
const notAudited = `
local.operator.answer local.operator.stop local.operator.start local.operator.loop
local.operator.report local.stations.heartbeat local.stations.use local.stations.use.end v1.runs.create v1.uploads.initialize
v1.uploads.sync v1.import runs.create runs.create_attachment
attachments.initialize attachments.finalize imports.structured imports.tabular
`;

/** A line `access resource.operation` for each cell. */
const written = (): string[] => {
  let title = '';
  return table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [resource = '', names = ''] = line.trim().split(': ');
      if (!line.startsWith(' ')) title = line;
      return line.startsWith(' ') ? names.split(' ').map((name) => `${title}: ${resource}.${name}`) : [];
    })
    .sort();
};

/** An operation that no key may call, and that refuses callers all the same, needs a token. */
function titleOf({ access, role, refusals }: Operation): string {
  if (access.length === 0)
    return refusals.some((status) => status < 500) ? 'with a token of their own' : 'open to everyone';
  if (!access.includes('user')) return 'stations';
  return `${access.includes('station') ? 'stations, and users' : 'users'} from ${role}`;
}

describe('the table of access', () => {
  it('is as it was decided', () => {
    assert.deepEqual(operations.map((each) => `${titleOf(each)}: ${each.id}`).sort(), written());
  });

  it('leaves out of the audit log what it was decided to leave out', () => {
    const left = operations.filter(({ method, isAudited }) => method !== 'GET' && !isAudited);
    assert.deepEqual(left.map(({ id }) => id).sort(), notAudited.trim().split(/\s+/).sort());
    assert.deepEqual(
      operations.filter(({ method, isAudited }) => method === 'GET' && isAudited),
      [],
    );
  });
});
