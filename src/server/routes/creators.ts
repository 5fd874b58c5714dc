/** The columns that name the creator of a row. */
interface Made {
  user_id: string | null;
  user_name: string | null;
  station_id: string | null;
  station_name: string | null;
}

/** Returns the creator of a row in the format of the API. */
export const creatorAnswer = (row: Made) => ({
  created_by_user: row.user_id === null ? null : { id: row.user_id, name: row.user_name },
  created_by_station:
    row.station_id === null || row.station_name === null ? null : { id: row.station_id, name: row.station_name },
});
