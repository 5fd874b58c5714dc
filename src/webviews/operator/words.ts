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

export const reason = (why: UnavailableReason): string =>
  ({
    'no-test': l10n.t('There is no test on this station.'),
    ended: l10n.t('This test has ended.'),
    'no-prompt': l10n.t('No question is open.'),
    gone: l10n.t('The connection to the script is lost.'),
    'started-elsewhere': l10n.t('The test was not started from an editor. Stop it where it runs.'),
    stopping: l10n.t('The test is stopping. The phase ends, then teardown runs.'),
    running: l10n.t('A test runs on this station.'),
    'no-window': l10n.t('To start tests here, set a script for this station in VS Code, and keep that window open.'),
  })[why];

export const sourceWords = (source: LiveState['source']): string =>
  ({
    stream: l10n.t('started outside of the editor'),
    editor: l10n.t('started from VS Code'),
    followed: l10n.t('followed OpenHTF station'),
    none: '',
  })[source];
