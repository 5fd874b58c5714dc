import { check } from '../../src/server/cli/check.ts';
import { DataFolder } from '../../src/server/cli/dataFolder.ts';

/** Returns what `server.js check` reports of a data folder. */
export async function findingsIn(folder: string): Promise<string[]> {
  const findings: string[] = [];
  for await (const finding of check(DataFolder.existing(folder))) findings.push(finding);
  return findings;
}
