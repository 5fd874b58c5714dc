import { procedureFiles } from '../../../shared/script/testFiles.ts';
import type { TestKind } from './testKind.ts';

/** `procedure.yaml`, which TofuPilot's own program runs. What that takes is loaded at the first run. */
export const procedureKind: TestKind = {
  files: procedureFiles,
  prepare: async (dependencies, run) =>
    (await import('../engine/prepareProcedure.ts')).prepareProcedure(dependencies, run),
};
