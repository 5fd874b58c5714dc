import { serverExit } from '../../shared/contract/local.ts';
import { log } from '../log.ts';
import type { Lease } from '../store/postgres/lease.ts';
import type { Entrance } from './entrance.ts';
import { takeLeaseInThread } from './leaseThread.ts';
import { logFailure } from './logFailure.ts';
import { databaseError } from './openData.ts';

/**
 * One server does everything, and the others are standbys. A server whose lock is lost ends at once, because another one may be
 * active. @throws CommandError if the database cannot be used
 */
export async function becomeActive(databaseUrl: string, entrance: Entrance): Promise<Lease> {
  // Nothing is open yet that would have to end first. A process without handlers ignores the signals in a container.
  const end = (): never => process.exit(0);
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  const standby = { isLogged: false };
  try {
    const lease = await takeLeaseInThread(databaseUrl, {
      waiting: (error) => {
        if (error !== null) {
          entrance.reason = 'This station server is a standby, and its PostgreSQL database cannot be reached.';
          logFailure('The standby cannot reach PostgreSQL', error);
          return;
        }
        entrance.reason = 'This station server is a standby: another one is active. It takes over when that one ends.';
        if (!standby.isLogged) log.info('This station server is a standby until the active one ends.');
        standby.isLogged = true;
      },
      lost: (error) => {
        log.error(
          'The station server is no longer the active one, and ends: it lost the connection to PostgreSQL that makes it so. ' +
            'Start it again as a standby',
          error,
        );
        process.exit(serverExit.leaseLost);
      },
    });
    if (standby.isLogged) log.info('This station server is the active one now.');
    entrance.reason = 'This station server is starting.';
    return lease;
  } catch (error) {
    throw databaseError(error);
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  }
}
