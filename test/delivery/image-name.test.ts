import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageName, pushedDigest } from '../../scripts/delivery/image-name.ts';

for (const [name, repository, tag, digest] of [
  ['tuohs', 'tuohs', '', ''],
  ['tuohs:1.2.3', 'tuohs', '1.2.3', ''],
  ['registry.example:5000/team/tuohs', 'registry.example:5000/team/tuohs', '', ''],
  ['registry.example:5000/team/tuohs:1.2.3', 'registry.example:5000/team/tuohs', '1.2.3', ''],
  ['ghcr.io/team/tuohs:1.2.3@sha256:ab', 'ghcr.io/team/tuohs', '1.2.3', 'sha256:ab'],
] as const) {
  test(`the name ${name} has its parts`, () => {
    assert.deepEqual(imageName(name), { repository, tag, digest });
  });
}

for (const name of ['tuohs src', 'Foo', 'registry.example/Team/tuohs', 'tuohs/', '']) {
  test(`"${name}" is refused`, () => assert.throws(() => imageName(name), /not the name of an image/));
}

test('what was pushed to the repository of the name is found among others', () => {
  const digests = ['other.example/tuohs@sha256:aa', 'ghcr.io/team/tuohs@sha256:bb'];

  assert.equal(pushedDigest('ghcr.io/team/tuohs:1.2.3', digests), 'ghcr.io/team/tuohs@sha256:bb');
});

test('what was pushed elsewhere does not count', () => {
  assert.throws(() => pushedDigest('ghcr.io/team/tuohs', ['a.example/tuohs@sha256:aa']), /was not pushed/);
});
