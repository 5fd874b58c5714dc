/** Returns a share in whole percent, rounded down so that one failure never reads 100 %. @param total more than 0 */
export const percent = (part: number, total: number): number => Math.floor((100 * part) / total);
