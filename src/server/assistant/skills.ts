import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSkill, type Skill } from '../../shared/assistant/skill.ts';

/** Reads the skills of the extension, by name. A server that was installed without them has none. */
export function loadSkills(folder: string): Skill[] {
  return namesIn(folder).map((name) => readSkill(readFileSync(join(folder, name, 'SKILL.md'), 'utf8')));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
