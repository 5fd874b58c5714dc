import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { useWorkbench } from './support/useWorkbench.ts';

describe('A window with the extension', function () {
  const workbench = useWorkbench();

  before(async () => {
    const folder = join(workbench().server.folder, 'my scripts');
    mkdirSync(folder);
    await workbench().open(folder);
  });

  it('shows Test Stations in the activity bar and in the status bar', async () => {
    await workbench().openContainer('Test Stations');
    await workbench().page.getByText('Create Station').first().waitFor();
    await workbench()
      .statusBarItem(/station/i)
      .waitFor();
  });
});
