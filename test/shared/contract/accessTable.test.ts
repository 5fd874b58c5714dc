import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Operation } from '../../../src/shared/contract/operation.ts';
import { operations } from '../../../src/shared/contract/operations.ts';

/**
 * Who may do what, written down a second time: the server's answers are tested against the table in the contract, so a
 * wrong cell there would pass. The cells of v1 and v2 are those of TofuPilot; stations manage nothing and delete no result.
 */
const table = `
open to everybody
  local: health openapi
with the stop token of the data folder
  local: shutdown
user keys only
  local.keys: delete generate
  local.links: create delete
  local.procedures: identifier
  local: events
  local.stations: get list operatorAddress
  local.operator: waiting
  local.stations.pauses: create delete end
  local.uptime: day fleet station
  local.demoData: create
  local.analytics: measurement measurements procedure values
  local.goldenChecks: rules set
  local.runs: filterValues
  local.studies: attach create delete discard get list release update
  local.shifts: setCalendar
  local.assistant: activity
  v1.runs: delete
  v1.units: delete
  runs: delete
  stations: create list remove update
  procedures: create delete update
  procedures.versions: create delete
  parts: delete update
  parts.revisions: delete update
  batches: delete update
  units: delete
  users: get_current
  trpc.station: linkProcedure
station keys only
  stations: get_current
both kinds
  local.operator: answer link loop report requests start state states stop
  local.stations: heartbeat
  local.goldenChecks: station
  local.shifts: calendar
  v1.runs: create list
  v1.units: update
  v1.uploads: initialize sync
  v1: import streaming
  runs: create create_attachment get list update update_metadata
  stations: get
  procedures: get list
  procedures.versions: get
  parts: create get list
  parts.revisions: create get
  batches: create get list
  units: add_child create create_attachment delete_attachment get list remove_child update
  attachments: delete finalize initialize
  imports: structured tabular
  phases: get list
  measurements: get list
  logs: get list
  deployments: get list
  users: list
  identity: whoami
`;

const titles: Readonly<Record<string, string>> = {
  '': 'open to everybody',
  user: 'user keys only',
  station: 'station keys only',
  'user, station': 'both kinds',
};

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

/** An operation that no key may call, and that refuses callers all the same, needs the token in `server.json`. */
function lineOf({ id, access, refusals }: Operation): string {
  const needsToken = access.length === 0 && refusals.length > 0;
  return `${needsToken ? 'with the stop token of the data folder' : titles[access.join(', ')]}: ${id}`;
}

describe('the table of access', () => {
  it('is as it was decided', () => {
    assert.deepEqual(operations.map(lineOf).sort(), written());
  });
});
