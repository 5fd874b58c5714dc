import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { SignIns } from '../../src/server/signIn/signIns.ts';

const browser = 'b'.repeat(43);
const person = { issuer: 'https://login.lab.example', subject: 'ada', name: 'Ada', email: 'ada@lab.example' };

describe('pending sign-ins', () => {
  it('end after ten minutes, also for who has confirmed', () => {
    let nowMs = 0;
    const signIns = new SignIns(() => nowMs);
    const { id, secret } = signIns.begin();
    const signIn = signIns.open(id, browser);
    signIns.setPerson(signIn, person);
    signIn.result = { userId: 'x', person };
    nowMs = 599_999;
    assert.equal(signIns.open(id, browser).id, id);
    nowMs = 600_000;
    assert.throws(() => signIns.take(id, secret), /older than ten minutes/);
    assert.equal(signIns.size, 0);
  });

  it('are a thousand at most, and those whose person is known stay', () => {
    const signIns = new SignIns();
    const begun = Array.from({ length: 10 }, () => signIns.begin());
    for (const { id } of begun) signIns.setPerson(signIns.open(id, browser), person);
    for (let count = 0; count < 5_000; count++) signIns.begin();
    assert.equal(signIns.size, 1_000);
    for (const { id } of begun) assert.equal(signIns.open(id, browser).person, person);
  });

  it('are refused while the persons of all are known', () => {
    const signIns = new SignIns();
    for (let count = 0; count < 1_000; count++) signIns.setPerson(signIns.open(signIns.begin().id, browser), person);
    assert.throws(() => signIns.begin(), /Too many people are signing in/);
  });

  it('show a form that is not valid for another person', () => {
    const signIns = new SignIns();
    const signIn = signIns.open(signIns.begin().id, browser);
    signIns.setPerson(signIn, person);
    const shown = signIn.formToken;
    signIns.setPerson(signIn, { ...person, subject: 'bob' });
    assert.throws(() => signIns.confirmed(signIn.id, browser, shown), /not of this sign-in/);
    assert.equal(signIns.confirmed(signIn.id, browser, signIn.formToken).person.subject, 'bob');
  });

  it('have codes that differ and are no words', () => {
    const signIns = new SignIns();
    const codes = Array.from({ length: 500 }, () => signIns.begin().code);
    assert.ok(codes.every((code) => /^[BCDFGHJKMPQRTVWX]{4}-[BCDFGHJKMPQRTVWX]{4}$/.test(code)));
    assert.equal(new Set(codes).size, codes.length);
  });
});
