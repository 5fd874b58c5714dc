import type { Generated, GeneratedAlways, Kysely, Transaction } from 'kysely';
import type { AuditEntry } from '../../shared/contract/audit.ts';
import type { MeasurementOutcome, MeasurementType, Outcome, PhaseOutcome } from '../../shared/contract/common.ts';
import type { ChangeKind } from '../../shared/contract/events.ts';
import type { GoldenRule } from '../../shared/contract/goldenChecks.ts';
import type { KeyKind, Role } from '../../shared/contract/operation.ts';
import type { StationState } from '../../shared/contract/overview.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import type { Sample } from '../../shared/contract/units.ts';
import type { NewLog } from '../../shared/run/newRun.ts';

/** The creator of a row: a user or a station. Ids are UUIDs, times are milliseconds since 1970. */
export interface Creator {
  created_by_user_id: string | null;
  created_by_station_id: string | null;
}

interface WithMetadata {
  metadata_json: Generated<string>;
}

/** Columns named `…_key` contain the folded form, which is compared and unique. Columns named `…_json` contain JSON. */
export interface Tables {
  instance: { id: string; created_at: number };
  users: {
    id: string;
    name: string;
    email: string;
    created_at: number;
    role: Role;
    revoked_at: Generated<number | null>;
  };
  invitations: { user_id: string; hash: string; expires_at: number };
  identities: { issuer: string; subject: string; user_id: string };
  audit_log: {
    id: Generated<number>;
    at: number;
    user_id: string | null;
    user_name: string;
    operation: string;
    input: string;
    target_id: string | null;
    outcome: AuditEntry['outcome'];
  };
  stations: WithMetadata & {
    id: string;
    name: string;
    name_key: string;
    created_at: number;
    archived_at: number | null;
    image_id: Generated<string | null>;
    group_path: Generated<string | null>;
  };
  procedures: {
    id: string;
    name: string;
    name_key: string;
    identifier: string | null;
    identifier_key: string | null;
    created_at: number;
    created_by_user_id: string;
  };
  station_procedures: { station_id: string; procedure_id: string; linked_at: number };
  api_keys: {
    id: string;
    hash: string;
    prefix: string;
    kind: KeyKind;
    name: string | null;
    user_id: string | null;
    station_id: string | null;
    created_at: number;
    last_used_at: number | null;
  };
  procedure_versions: Creator & { id: string; procedure_id: string; tag: string; tag_key: string; created_at: number };
  parts: Creator &
    WithMetadata & {
      id: string;
      number: string;
      number_key: string;
      name: string;
      name_key: string;
      created_at: number;
    };
  revisions: Creator &
    WithMetadata & {
      id: string;
      part_id: string;
      number: string;
      number_key: string;
      image_id: Generated<string | null>;
      created_at: number;
    };
  batches: Creator & {
    id: string;
    number: string;
    number_key: string;
    created_at: number;
    /** Updated by triggers. */
    unit_count: Generated<number>;
  };
  units: Creator &
    WithMetadata & {
      /** The index of serial numbers, `unit_serials`, refers to it. */
      key: Generated<number>;
      id: string;
      serial_number: string;
      serial_key: string;
      revision_id: string;
      batch_id: string | null;
      parent_id: string | null;
      sample: Generated<Sample | null>;
      created_at: number;
      created_during_id: Generated<string | null>;
      /** The following four are updated by triggers. The last run is the one that started last. */
      run_count: Generated<number>;
      last_run_id: Generated<string | null>;
      last_run_at: Generated<number | null>;
      last_procedure_id: Generated<string | null>;
    };
  runs: Creator & {
    key: Generated<number>;
    id: string;
    procedure_id: string;
    version_id: string | null;
    unit_id: string;
    /** Copied from the unit. A trigger updates them. */
    revision_id: string;
    batch_id: string | null;
    outcome: Outcome;
    started_at: number;
    ended_at: number;
    duration: GeneratedAlways<number>;
    created_at: number;
    docstring: string | null;
    /** The email address of the operator, folded. */
    operated_by: string | null;
    operator_id: string | null;
    execution_id: string | null;
    slot_key: string | null;
    slot_name: string | null;
    /** The marks of its push: `Idempotency-Key` and `client_run_ref`, each with the caller. */
    push_key: string | null;
    ref_key: string | null;
    /** The hash of the pushed content; null without a mark, and for runs that an older server stored. */
    push_hash: string | null;
    /** Whether a phase did not pass. */
    troubled: 0 | 1;
    context_json: string | null;
  };
  run_metadata: { run_key: number; name: string; value: string | number; is_boolean: 0 | 1 };
  run_sub_units: { run_id: string; unit_id: string };
  /** Statistics of the runs of a day, computed from them: see `summaryTablesSchema.ts`. */
  procedure_days: {
    key: Generated<number>;
    procedure_id: string;
    starts_at: number;
    summary_json: string;
    /** Of all measurements, without their distributions. */
    measurements: Uint8Array;
  };
  measurement_days: { day_key: number; phase_name: string; measurement_name: string; summary: Uint8Array };
  /** The names of the measurements by whose failure a run is found. */
  failed_measurements: { name: string; started_at: number; run_key: number };
  stale_quarters: { procedure_id: string; quarter: number };
  computing_quarters: { procedure_id: string; quarter: number };
  /** Without a station, the rule is for all stations that have none of their own. */
  golden_rules: {
    procedure_id: string;
    station_id: string | null;
    hours: number;
    failing_sample: 0 | 1;
    without: GoldenRule['without'];
  };
  station_calendars: { station_id: string; calendar_json: string };
  analytics_state: { time_zone: string; format: number };
  studies: {
    id: string;
    procedure_id: string;
    name: string;
    plan_json: string;
    seed: number;
    active_since: number | null;
    created_at: number;
    created_by_user_id: string;
  };
  study_trials: {
    study_id: string;
    position: number;
    part: number;
    appraiser: number;
    trial: number;
    serial_key: string;
    station_id: string;
    /** The run that counts. */
    run_key: Generated<number | null>;
  };
  study_runs: { run_key: number; study_id: string; position: number };
  /** The API shows the keys of phases, measurements and logs as UUIDs: see `ids.ts`. */
  phases: {
    key: Generated<number>;
    run_key: number;
    name: string;
    outcome: PhaseOutcome;
    started_at: number;
    ended_at: number;
    retry_count: number;
    docstring: string | null;
    sequence_path: string | null;
    /** Null if there are none. The view `measurements` reads it. */
    measurements_json: string | null;
  };
  /** A view of `phases` and `curves`: see `measurementsSchema.ts`. */
  measurements: {
    run_key: number;
    phase_key: number;
    position: number;
    name: string;
    outcome: MeasurementOutcome;
    type: MeasurementType;
    units: string | null;
    docstring: string | null;
    value_json: string | null;
    validators_json: string;
    aggregations_json: string;
    series_json: string | null;
  };
  curves: { phase_key: number; position: number; series_json: string };
  logs: {
    key: Generated<number>;
    run_key: number;
    level: NewLog['level'];
    timestamp: number;
    message: string;
    source_file: string;
    line_number: number;
  };
  uploads: Creator & {
    id: string;
    name: string;
    created_at: number;
    stored_at: number | null;
    size: number | null;
    content_type: string | null;
    sha256: string | null;
    run_id: string | null;
    unit_id: string | null;
    /** 1 if the run was created from this file. */
    is_report: 0 | 1;
  };
  /** Written by triggers. */
  changes: {
    id: number;
    at: number;
    kind: ChangeKind;
    station_id: string | null;
    procedure_id: string | null;
    run_id: string | null;
  };
  presence: {
    key: Generated<number>;
    station_id: string;
    state: Generated<StationState>;
    since: Generated<number | null>;
    last_seen_at: Generated<number | null>;
    operator_address: Generated<string | null>;
    /** The interval of its heartbeats, if it sends any. After a restart the server waits that much longer for it. */
    heartbeat_millis: Generated<number | null>;
    /** Raised by triggers with each change of the station's transitions and pauses. */
    history_version: Generated<number>;
    rewrite_version: Generated<number>;
  };
  /** When a station connected (1) or disconnected (0). Consecutive rows always differ. */
  transitions: { presence_key: number; at: number; is_up: 0 | 1; cause: PresenceCause };
  /** The times in which this server watched, from its start until it was last known to be running. */
  observers: { key: Generated<number>; started_at: number; alive_at: number };
  pauses: {
    id: string;
    station_id: string;
    kind: Pause['kind'];
    starts_at: number;
    ends_at: number | null;
    note: string;
  };
}

export type Store = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;
