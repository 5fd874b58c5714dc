/** Schema 17: which person of an OpenID Connect provider each account belongs to. */
export const identitiesSchema = `
create table identities (
  issuer text not null,
  subject text not null,
  user_id text not null references users,
  primary key (issuer, subject)
) strict, without rowid;
create unique index identities_by_user on identities (user_id, issuer);
`;
