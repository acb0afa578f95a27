import { chmod, chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKeyFile, nextKeyPath, promoteNextKey, readKeyFile, readKeyRing, vpnSettings } from '../src/index.js'

let folder: string
const path = () => join(folder, 'vpn', 'private.key')
const refused = expect.objectContaining({ code: 'VPN_KEY', exitCode: 78, field: 'vpn.privateKey' })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'montana-vpn-key-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the private key', () => {
  it('is made once, in a file of 0600 in a folder of 0700', async () => {
    const publicKey = await makeKeyFile(path())
    const raw = Buffer.from(await readFile(path(), 'utf8'), 'base64')
    expect([raw.length, (raw[0] ?? 0) & 7, (raw[31] ?? 0) >> 6]).toEqual([32, 0, 1])
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'vpn'))).mode & 0o777).toBe(0o700)
    expect(await readKeyFile(path())).toMatchObject({ publicKey })
    await expect(makeKeyFile(path())).rejects.toThrow(expect.objectContaining({ code: 'FILE_EXISTS', exitCode: 78 }))
    expect(await readKeyFile(path())).toMatchObject({ publicKey })
  })

  it.skipIf(process.getuid?.() !== 0)('belongs to the user of the job, whoever makes it', async () => {
    const [uid, gid] = [12_345, 12_346]
    await chown(folder, uid, gid)
    await makeKeyFile(path())
    for (const made of [path(), join(folder, 'vpn')]) expect(await stat(made)).toMatchObject({ uid, gid })
  })

  it('is refused when others can read it, when it is none, and when there is none', async () => {
    await expect(readKeyRing(path())).rejects.toThrow(refused)
    await makeKeyFile(path())
    for (const mode of [0o640, 0o604, 0o660]) {
      await chmod(path(), mode)
      await expect(readKeyRing(path())).rejects.toThrow(refused)
    }
    await chmod(path(), 0o600)
    const secret = (await readFile(path(), 'utf8')).trim()
    for (const text of ['', 'no key', `${secret}${secret}`, `${secret.slice(0, -2)}`, `${secret} `]) {
      await writeFile(path(), text)
      const error: unknown = await readKeyRing(path()).catch((cause: unknown) => cause)
      expect(error).toEqual(refused)
      expect(String(error)).not.toContain(secret.slice(0, 20))
    }
  })

  it('gives way to the next one, and that can be cut anywhere', async () => {
    const first = await makeKeyFile(path())
    const next = await makeKeyFile(nextKeyPath(path()))
    expect((await readKeyRing(path())).publicKeys).toEqual([first, next])
    // As after a kill between the two renames.
    await rename(path(), `${path()}.previous`)
    expect((await readKeyRing(path())).publicKeys).toEqual([next])
    await promoteNextKey(path())
    expect((await readKeyRing(path())).publicKeys).toEqual([next])
    expect(await readKeyFile(`${path()}.previous`)).toMatchObject({ publicKey: first })
  })
})

describe('the settings', () => {
  it('have the defaults of the spec', () => {
    expect(vpnSettings({ label: 'a', sources: ['./x.json', '/y.json'] }, '/state', '/etc/montana')).toMatchObject({
      interface: 'montana0',
      port: 51_820,
      privateKey: '/state/vpn/private.key',
      sources: ['/etc/montana/x.json', '/y.json'],
      statePath: '/state/vpn.json',
    })
  })

  it.each([
    [{}, 'vpn.label'],
    [{ label: 'a', port: 0 }, 'vpn.port'],
    [{ label: 'a', port: 65_536 }, 'vpn.port'],
    [{ label: 'a', interface: '-x' }, 'vpn.interface'],
    [{ label: 'a', interface: 'a/../b' }, 'vpn.interface'],
    [{ label: 'a', interface: 'sixteen-letters-' }, 'vpn.interface'],
    [{ label: 'a', endpoint: 'x' }, 'vpn.endpoint'],
  ])('%j are refused at %s', (config, field) => {
    expect(() => vpnSettings(config, '/state')).toThrow(
      expect.objectContaining({ code: 'VPN_CONFIG', field, exitCode: 78 }),
    )
  })
})
