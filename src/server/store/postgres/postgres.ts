/** What the server loads when its data are in PostgreSQL. The package `pg` is in this bundle only. */
export { activeLock, takeLease } from './lease.ts';
export { openPostgres } from './openPostgres.ts';
