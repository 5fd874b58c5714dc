import type { Services } from '../connection/services.ts';
import type { TestItems } from './explorer/testItems.ts';
import type { PartNumbers, SerialNumberQuestion } from './questions/unitQuestions.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

export interface RunDependencies extends Services {
  readonly runnerFile: string;
  readonly storagePath: string;
  readonly items: TestItems;
  readonly uploads: UploadQueue;
  readonly partNumbers: PartNumbers;
  readonly serialNumbers: SerialNumberQuestion;
  readonly report: (error: unknown) => void;
}
