import { accounts } from './accounts.ts';
import { analytics } from './analytics.ts';
import { assistant } from './assistantActivity.ts';
import { attachments } from './attachments.ts';
import { audit } from './audit.ts';
import { batches } from './batches.ts';
import { deployments } from './deployments.ts';
import { events } from './events.ts';
import { logs, measurements, phases } from './explorer.ts';
import { goldenChecks } from './goldenChecks.ts';
import { imports } from './imports.ts';
import { local } from './local.ts';
import type { Operation } from './operation.ts';
import { operator } from './operator.ts';
import { overview } from './overview.ts';
import { parts, revisions } from './parts.ts';
import { presence } from './presence.ts';
import { procedures } from './procedures.ts';
import { runFilterValues } from './runFilterValues.ts';
import { runs } from './runs.ts';
import { shifts } from './shifts.ts';
import { signIns } from './signIns.ts';
import { stationGroups } from './stationGroups.ts';
import { stations } from './stations.ts';
import { stationUses } from './stationUse.ts';
import { studies } from './studies.ts';
import { trpc } from './trpc.ts';
import { unitAttachments } from './unitAttachments.ts';
import { units } from './units.ts';
import { uptime } from './uptime.ts';
import { users } from './users.ts';
import { v1 } from './v1.ts';
import { versions } from './versions.ts';

/** All operations, from which OpenAPI and the access tests are generated. A test finds missing resources. */
const resources: readonly Readonly<Record<string, Operation>>[] = [
  local,
  events,
  overview,
  stationGroups,
  stationUses,
  operator,
  presence,
  uptime,
  analytics,
  studies,
  goldenChecks,
  shifts,
  v1,
  runs,
  runFilterValues,
  stations,
  procedures,
  versions,
  parts,
  revisions,
  batches,
  units,
  unitAttachments,
  attachments,
  imports,
  phases,
  measurements,
  logs,
  deployments,
  users,
  trpc,
  assistant,
  accounts,
  signIns,
  audit,
];

export const operations: readonly Operation[] = resources.flatMap((resource) => Object.values(resource));
