import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  addressOfPublicKey,
  importLegacyHosts,
  putHost,
  type RegistryDocument,
  readRegistry,
  reviseRegistry,
  rotationBytes,
  watchRegistry,
} from '../src/index.js'
import {
  base64,
  bytesOf,
  DAY_MS,
  draftOf,
  type Fleet,
  fleetOf,
  hostOf,
  NOW,
  scratch,
  signedBy,
  signerOf,
  verify,
} from './support.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
let fleet: Fleet
let folder: string
let clockMs = NOW
const time = { wallMs: () => clockMs, monotonicMs: () => performance.now() }
const paths = () => ({ path: join(folder, 'registry.json'), operatorsPath: join(folder, 'operators.json') })

beforeEach(async () => {
  clockMs = NOW
  fleet = await fleetOf(1, 1)
  folder = await scratch()
  await writeFile(paths().operatorsPath, fleet.trustText)
})

async function publish(document: RegistryDocument): Promise<void> {
  await writeFile(`${paths().path}.new`, bytesOf(await signedBy(document, fleet, [0])))
  await rename(`${paths().path}.new`, paths().path)
}

async function watch() {
  const watched = await watchRegistry(
    { ...paths(), stateDir: join(folder, 'state'), pollMs: 20 },
    { verify, time, logger: silentLogger },
  )
  onTestFinished(() => watched.close())
  return watched
}

describe('reading a registry', () => {
  it('finds hosts by name, label, address and the address of their key', async () => {
    await publish(await draftOf({ witnesses: [{ name: 'w1', public_key: base64((await signerOf(7)).publicKey) }] }))
    const registry = await readRegistry(paths().path, paths().operatorsPath, { verify, time })
    const moscow = registry.byName('moscow')
    expect(moscow?.address).toBe('192.0.2.20')
    expect(moscow?.keyAddress).toBe(addressOfPublicKey((await signerOf(20)).publicKey))
    expect(registry.byLabel('MOSCOW')).toBe(moscow)
    expect(registry.byIp('192.0.2.20')).toBe(moscow)
    expect(registry.byKeyAddress(moscow?.keyAddress ?? '')).toBe(moscow)
    expect(registry.witness('w1')?.publicKey).toEqual((await signerOf(7)).publicKey)
    expect(registry.byName('nobody')).toBeUndefined()
    expect(registry.keysOf('nobody', NOW)).toEqual([])
  })

  it('names what is missing', async () => {
    const { path, operatorsPath } = paths()
    await expect(readRegistry(path, operatorsPath, { verify, time })).rejects.toThrow(code('DOC_INVALID'))
    await expect(readRegistry(path, join(folder, 'none'), { verify, time })).rejects.toThrow(code('OPERATORS_INVALID'))
    await writeFile(path, ' '.repeat(1024 * 1024 + 1))
    await expect(readRegistry(path, operatorsPath, { verify, time })).rejects.toThrow(code('DOC_TOO_LARGE'))
  })
})

describe('a draft', () => {
  const dates = { issuedAtMs: NOW, validMs: DAY_MS }

  it('follows a signed version with the next one and its digest; an unsigned one keeps its number', async () => {
    const draft = await draftOf()
    expect(reviseRegistry(draft, { hosts: [] }, dates)).toMatchObject({ version: 1, previous_sha256: null, hosts: [] })
    const signed = await signedBy(draft, fleet, [0])
    const next = reviseRegistry(signed, { hosts: [] }, dates)
    expect(next).toMatchObject({ version: 2, hosts: [], signatures: [] })
    expect(next.previous_sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('replaces a host of the same name and ends at 256', async () => {
    const [a, b] = [await hostOf('a', 1), await hostOf('b', 2)]
    expect(putHost([a, b], { ...a, revoked: true }).map(({ revoked }) => revoked)).toEqual([true, false])
    const full = Array.from({ length: 256 }, (_, i) => ({ ...a, name: `h${i}` }))
    expect(() => putHost(full, b)).toThrow(code('DOC_INVALID'))
  })
})

describe('the older registry', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i)
  const entry = {
    public_key: Buffer.from(key).toString('hex'),
    node_name: 'spb',
    alias: 'SPB',
    location: 'RU',
    ip: '192.0.2.40',
    official: true,
  }
  const read = (value: unknown) => importLegacyHosts(new TextEncoder().encode(JSON.stringify(value)))

  it('becomes hosts with keys of type ed25519', () => {
    expect(read({ mt630dcd2966c4336691125448bbb25b4ff412a49c: entry })).toEqual([
      expect.objectContaining({
        name: 'spb',
        label: 'SPB',
        address: '192.0.2.40',
        key_type: 'ed25519',
        public_key: base64(key),
      }),
    ])
  })

  it('refuses an address that is not of its key, and keys of another length', () => {
    expect(() => read({ mt77917b9816677102d29f8d1da6bf584cfaea16ff: entry })).toThrow(code('DOC_INVALID'))
    const short = { ...entry, public_key: 'ab' }
    expect(() => read({ mt630dcd2966c4336691125448bbb25b4ff412a49c: short })).toThrow(code('DOC_INVALID'))
  })
})

describe('watching a registry', () => {
  it('tells of a new version and of nothing else', async () => {
    await publish(await draftOf())
    const watched = await watch()
    let changes = 0
    const changed = new Promise<void>((resolve) => watched.onChange(() => resolve(void changes++)))
    await publish(await draftOf({ version: 2, hosts: [await hostOf('spb', 40)] }))
    await changed
    expect(watched.current().hosts.map(({ name }) => name)).toEqual(['spb'])
    await publish(await draftOf({ version: 1 }))
    await expect.poll(() => watched.refusal()?.code).toBe('DOC_ROLLBACK')
    expect(watched.current().version).toBe(2)
    expect(changes).toBe(1)
  })

  it('stays with the version in force over a restart when the file is broken or gone', async () => {
    await publish(await draftOf())
    await (await watch()).close()
    await writeFile(paths().path, '{"broken":')
    const watched = await watch()
    expect(watched.current().version).toBe(1)
    expect(watched.refusal()?.code).toBe('DOC_INVALID')
    await publish(await draftOf({ version: 2 }))
    await expect.poll(() => watched.current().version).toBe(2)
    expect(watched.refusal()).toBeNull()
  })

  it('does not begin with nothing', async () => {
    await expect(watch()).rejects.toThrow(code('DOC_INVALID'))
    await publish(await draftOf({ not_after: '2026-05-01T12:00:00.000Z' }))
    await expect(watch()).rejects.toThrow(code('DOC_EXPIRED'))
  })

  it('shows when the version in force has ended, and tells when an overlap of keys does', async () => {
    const old = await signerOf(1)
    const host = await hostOf('a', 3)
    const facts = { public_key: base64(old.publicKey), valid_until: new Date(NOW + DAY_MS).toISOString() }
    const signature = base64(await old.sign(rotationBytes('montana.test', host, facts)))
    await publish(await draftOf({ hosts: [{ ...host, previous: { key_type: 'ml-dsa-65', ...facts, signature } }] }))
    const watched = await watch()
    expect(watched.current().keysOf('a', NOW)).toHaveLength(2)
    const ended = new Promise<void>((resolve) => watched.onChange(resolve))
    clockMs = NOW + DAY_MS
    await ended
    expect(watched.current().keysOf('a', clockMs)).toHaveLength(1)
    expect(watched.isExpired()).toBe(false)
    clockMs = NOW + 90 * DAY_MS
    expect(watched.isExpired()).toBe(true)
  })
})
