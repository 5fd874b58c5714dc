import type { Run } from '../../../shared/contract/runs.ts';
import { sequenceAnswer } from '../../../shared/run/answers.ts';
import { metadataOf } from '../../store/metadata.ts';
import { logsOf, phasesOf, subUnitsOf } from '../../store/runDetails.ts';
import type { RunRow } from '../../store/runs.ts';
import type { Store } from '../../store/tables.ts';
import { contextOf, findingAnswer, logAnswer, phaseAnswer, runHeader } from './runAnswers.ts';

/** Reads a run as it is answered, except its attachments, whose addresses depend on the caller. */
export async function readRun(store: Store, row: RunRow): Promise<Omit<Run, 'attachments'>> {
  const { sequences, config, secrets, findings } = contextOf(row);
  const phases = (await phasesOf(store, row.key)).map(phaseAnswer);
  return {
    ...runHeader(row),
    phases,
    sequences: sequences.map(sequenceAnswer),
    logs: (await logsOf(store, row.key)).map(logAnswer),
    sub_units: await subUnitsOf(store, row.id),
    metadata: (await metadataOf(store, [row.key])).get(row.key) ?? {},
    config,
    secrets,
    ...(findings.length === 0 ? {} : { findings: findings.map((finding) => findingAnswer(finding, phases)) }),
  };
}
