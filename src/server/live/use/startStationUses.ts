import { logFailure } from '../../cli/logFailure.ts';
import { insertUseChange } from '../../store/useChanges.ts';
import type { Writer } from '../../writer.ts';
import type { ChangeTail } from '../changeTail.ts';
import { StationUses } from './stationUses.ts';

const silenceCheckMs = 5_000;

export function startStationUses(
  writer: Writer,
  tail: ChangeTail,
): { readonly uses: StationUses; readonly stop: () => Promise<void> } {
  let isStopped = false;
  let reported = Promise.resolve();
  const report = async (station: string): Promise<void> => {
    try {
      await writer.write((change) => insertUseChange(change, station));
      tail.notify();
    } catch (error) {
      // Windows see it when they load the station for another reason.
      logFailure('A change of who uses a station could not be reported', error);
    }
  };
  const uses = new StationUses((station) => {
    if (!isStopped) reported = Promise.all([reported, report(station)]).then(() => undefined);
  });
  const checking = setInterval(() => uses.forgetSilent(), silenceCheckMs).unref();
  const stop = (): Promise<void> => {
    isStopped = true;
    clearInterval(checking);
    return reported;
  };
  return { uses, stop };
}
