import type { Kysely, Transaction } from 'kysely';
import type { ChangeKind } from '../../contract/events.ts';
import type { KeyKind } from '../../contract/operation.ts';
import type { MeasurementOutcome, Outcome, PhaseOutcome } from '../../contract/common.ts';
import type { NewLog } from '../../domain/newRun.ts';

/** Who made a row: a user or a station; ids are UUIDs, times milliseconds since 1970. */
export interface Creator {
  created_by_user_id: string | null;
  created_by_station_id: string | null;
}

/** Columns named `…_key` hold the folded form that is compared and unique; `…_json` columns hold JSON text. */
export interface Tables {
  instance: { id: string; created_at: number };
  users: { id: string; name: string; email: string; created_at: number };
  stations: { id: string; name: string; name_key: string; created_at: number; archived_at: number | null };
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
    user_id: string | null;
    station_id: string | null;
    created_at: number;
    last_used_at: number | null;
  };
  procedure_versions: Creator & { id: string; procedure_id: string; tag: string; tag_key: string; created_at: number };
  parts: Creator & { id: string; number: string; number_key: string; name: string; created_at: number };
  revisions: Creator & { id: string; part_id: string; number: string; number_key: string; created_at: number };
  batches: Creator & { id: string; number: string; number_key: string; created_at: number };
  units: Creator & {
    id: string;
    serial_number: string;
    serial_key: string;
    revision_id: string;
    batch_id: string | null;
    parent_id: string | null;
    created_at: number;
  };
  runs: Creator & {
    id: string;
    procedure_id: string;
    version_id: string | null;
    unit_id: string;
    outcome: Outcome;
    started_at: number;
    ended_at: number;
    created_at: number;
    docstring: string | null;
  };
  run_sub_units: { run_id: string; unit_id: string };
  phases: {
    id: string;
    run_id: string;
    position: number;
    name: string;
    outcome: PhaseOutcome;
    started_at: number;
    ended_at: number;
    retry_count: number;
    docstring: string | null;
  };
  measurements: {
    id: string;
    phase_id: string;
    position: number;
    name: string;
    outcome: MeasurementOutcome;
    units: string | null;
    docstring: string | null;
    value_json: string | null;
    validators_json: string;
    series_json: string | null;
  };
  logs: {
    id: string;
    run_id: string;
    position: number;
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
    /** Null until the content is there. */
    stored_at: number | null;
    size: number | null;
    content_type: string | null;
    run_id: string | null;
    /** 1 when the run was made from this file. */
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
}

export type Store = Kysely<Tables>;
export type Change = Transaction<Tables>;
