/**
 * The schema of keys after the first one. The signing secret leaves the database: it is a file of its own now, which no
 * backup contains. A new one is generated, because backups of the earlier schema contain the old one. User keys can have a
 * name, by which a new key replaces the earlier one.
 */
export const keysSchema = `
alter table instance drop column signing_secret;
alter table api_keys add column name text check (name is null or kind = 'user');
create unique index api_keys_by_name on api_keys (name) where name is not null;
`;
