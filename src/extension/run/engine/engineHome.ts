import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const own = '.tofupilot';

/** Nothing listens there, so that the program keeps its record of the run for us. */
const unusable = { api_key: 'none', base_url: 'http://127.0.0.1:9', organization_slug: 'none' };

/**
 * A home folder for one run of the TofuPilot program, which finds its credentials and its queue of uploads nowhere else. With
 * credentials that lead nowhere, it queues its complete record of the run and does not send it. All else in it are links into
 * the user's home folder, because phases see it, too. A home is never used twice: the program would send what it finds there.
 */
export class EngineHome {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(storage: string, userHome = homedir()): Promise<EngineHome> {
    const path = join(await realFolder(join(storage, 'engine')), randomUUID());
    await mkdir(join(path, own), { recursive: true, mode: 0o700 });
    await writeFile(join(path, own, 'credentials.json'), JSON.stringify(unusable), { mode: 0o600 });
    for (const entry of await readdir(userHome, { withFileTypes: true }).catch(() => [])) {
      if (entry.name === own) continue;
      const target = join(userHome, entry.name);
      // Windows links files only for administrators; a junction needs no rights.
      await symlink(target, join(path, entry.name), entry.isDirectory() ? 'junction' : 'file').catch(() => undefined);
    }
    return new EngineHome(path);
  }

  get environment(): Record<string, string> {
    return { HOME: this.path, USERPROFILE: this.path, TOFUPILOT_NO_UPDATE: '1' };
  }

  /** Whether a file that the program writes is in this home: otherwise it uses the user's own queue and credentials. */
  contains(file: string): boolean {
    return file.startsWith(this.path);
  }

  /**
   * Removes the home, except if phases have created files in it that are nowhere else.
   * @returns the names of such files
   */
  async remove(): Promise<string[]> {
    const entries = await readdir(this.path, { withFileTypes: true }).catch(() => []);
    const created = entries.filter((entry) => entry.name !== own && !entry.isSymbolicLink()).map(({ name }) => name);
    await rm(created.length > 0 ? join(this.path, own) : this.path, { recursive: true, force: true, maxRetries: 3 });
    return created;
  }
}

async function realFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  return realpath(path);
}
