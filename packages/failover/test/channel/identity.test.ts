import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeIdentity, identityFromMasterSeed } from '@montana/crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeIdentity } from '../../src/index.js'

let folder: string
const refused = (pattern: RegExp) =>
  expect.objectContaining({ code: 'IDENTITY_INVALID', exitCode: 78, message: expect.stringMatching(pattern) })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'montana-identity-'))
  const identity = await identityFromMasterSeed(new Uint8Array(64).fill(7))
  await writeFile(join(folder, 'identity.bin'), await encodeIdentity(identity), { mode: 0o600 })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the identity of a host', () => {
  it('is the node key of identity.bin', async () => {
    const identity = await openNodeIdentity(folder)
    const { publicKeys } = await identityFromMasterSeed(new Uint8Array(64).fill(7))
    expect(identity.publicKey).toEqual(publicKeys.node)
  })

  it('is refused when folder or file are open to others', async () => {
    await chmod(folder, 0o750)
    await expect(openNodeIdentity(folder)).rejects.toThrow(refused(/mode 750/))
    await chmod(folder, 0o700)
    await chmod(join(folder, 'identity.bin'), 0o644)
    await expect(openNodeIdentity(folder)).rejects.toThrow(refused(/mode 644/))
  })

  it('is refused when it is missing or broken', async () => {
    await expect(openNodeIdentity(join(folder, 'none'))).rejects.toThrow(refused(/does not exist/))
    await writeFile(join(folder, 'identity.bin'), 'montana1')
    await expect(openNodeIdentity(folder)).rejects.toThrow(expect.objectContaining({ code: 'IDENTITY_INVALID' }))
    await rm(join(folder, 'identity.bin'))
    await expect(openNodeIdentity(folder)).rejects.toThrow(refused(/does not exist/))
  })
})
