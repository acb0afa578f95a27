import { describe, expect, it } from 'vitest'
import { isClosedToOthers } from '../src/private-file.js'

const FOLDER = '/run/credentials/montana-failover.service'
const FILE = `${FOLDER}/identity.bin`
const own = { uid: 1000, gid: 1000 }
const root = { uid: 0, gid: 0 }

describe('closed to others', () => {
  it.each([
    ['own file', '/etc/montana/identity.bin', { ...own, mode: 0o600 }, true],
    ['group may read', '/etc/montana/identity.bin', { ...own, mode: 0o640 }, false],
    ['root, group may read', '/etc/montana/identity.bin', { ...root, mode: 0o440 }, false],
    ['credential of the user', FILE, { ...own, mode: 0o400 }, true],
    ['credential with an access list', FILE, { ...root, mode: 0o100440 }, true],
    ['folder of the credentials', FOLDER, { ...root, mode: 0o040550 }, true],
    ['group may write a credential', FILE, { ...root, mode: 0o460 }, false],
    ['others may read a credential', FILE, { ...root, mode: 0o444 }, false],
    ['a group of users', FILE, { uid: 0, gid: 1000, mode: 0o440 }, false],
    ['beside the credentials', `${FOLDER}-other/identity.bin`, { ...root, mode: 0o440 }, false],
  ])('%s', (_, path, found, expected) => {
    expect(isClosedToOthers(path, found, FOLDER)).toBe(expected)
  })

  it('without credentials nothing is one', () => {
    expect(isClosedToOthers(FILE, { ...root, mode: 0o440 }, undefined)).toBe(false)
  })
})
