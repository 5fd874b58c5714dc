import * as l10n from '@vscode/l10n';
import { nothing } from 'lit';
import type { LiveState, UnavailableReason } from '../../shared/contract/operator.ts';

export interface SlotPlace {
  readonly number: number;
  readonly isOneOfSeveral: boolean;
}

export const idIn = (name: string, { number }: SlotPlace): string => `${name}-${number}`;

/** Returns the role of a part of a slot: only the slots are landmarks when there are several. */
export const partRole = ({ isOneOfSeveral }: SlotPlace): string | typeof nothing =>
  isOneOfSeveral ? 'group' : nothing;

/** Returns the level of a heading within a slot, whose own heading has the level 2 when there are several. */
export const headingLevel = ({ isOneOfSeveral }: SlotPlace): number | typeof nothing => (isOneOfSeveral ? 3 : nothing);

export function reason(why: UnavailableReason): string {
  switch (why) {
    case 'no-test':
      return l10n.t('There is no test on this station.');
    case 'ended':
      return l10n.t('This test has ended.');
    case 'no-prompt':
      return l10n.t('No question is open.');
    case 'gone':
      return l10n.t('The connection to the script is lost.');
    case 'started-elsewhere':
      return l10n.t('The test was not started from an editor. Stop it where it runs.');
    case 'stopping':
      return l10n.t('The test is stopping. The phase ends, then teardown runs.');
    case 'running':
      return l10n.t('A test runs on this station.');
    case 'no-window':
      return l10n.t('To start tests here, set a script for this station in VS Code, and keep that window open.');
  }
}

export function sourceWords(source: LiveState['source']): string {
  switch (source) {
    case 'stream':
      return l10n.t('started outside of the editor');
    case 'editor':
      return l10n.t('started from VS Code');
    case 'followed':
      return l10n.t('followed OpenHTF station');
    case 'none':
      return '';
  }
}
