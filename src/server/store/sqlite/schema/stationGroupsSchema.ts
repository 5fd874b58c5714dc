/** Schema 19: where a station is, such as "Plant 2 / Line 4". */
export const stationGroupsSchema = 'alter table stations add column group_path text;';
