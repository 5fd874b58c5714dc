interface CreatorColumns {
  user_id: string | null;
  user_name: string | null;
  station_id: string | null;
  station_name: string | null;
}

export const creatorAnswer = (row: CreatorColumns) => ({
  created_by_user: row.user_id === null ? null : { id: row.user_id, name: row.user_name },
  created_by_station:
    row.station_id === null || row.station_name === null ? null : { id: row.station_id, name: row.station_name },
});

export const creatorWithEmailAnswer = (row: CreatorColumns & { user_email: string | null }) => ({
  ...creatorAnswer(row),
  created_by_user: row.user_id === null ? null : { id: row.user_id, name: row.user_name, email: row.user_email },
});

interface PartColumns {
  part_id: string;
  part_number: string;
  part_name: string;
  revision_id: string;
  revision_number: string;
}

export const partAnswer = (row: PartColumns) => ({
  id: row.part_id,
  number: row.part_number,
  name: row.part_name,
  revision: { id: row.revision_id, number: row.revision_number },
});
