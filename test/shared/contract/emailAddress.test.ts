import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { emailAddress } from '../../../src/shared/contract/common.ts';

describe('an e-mail address', () => {
  const isTaken = (address: string): boolean => emailAddress('wrong').safeParse(address).success;

  it('has up to 64 characters before the @, as mail servers do', () => {
    assert.equal(isTaken(`${'a'.repeat(64)}@lab.example`), true);
    assert.equal(isTaken(`${'a'.repeat(65)}@lab.example`), false);
  });

  it('has domain labels that DNS takes', () => {
    assert.equal(isTaken(`ada@${'b'.repeat(63)}.example`), true);
    assert.equal(isTaken(`ada@${'b'.repeat(64)}.example`), false);
    assert.equal(isTaken('ada@test-lab.example'), true);
    assert.equal(isTaken('ada@lab-.example'), false);
  });

  it('has up to 254 characters', () => {
    const domain = `${'b'.repeat(60)}.`.repeat(3);
    assert.equal(isTaken(`${'a'.repeat(64)}@${domain}museum`), true);
    assert.equal(isTaken(`${'a'.repeat(64)}@${domain}example`), false);
  });
});
