import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DocumentStore, decideAcceptance, REGISTRY_KIND, type RegistryDocument } from '../src/index.js'
import { bytesOf, DAY_MS, draftOf, type Fleet, fleetOf, hostOf, NOW, scratch, signedBy, verify } from './support.js'

let fleet: Fleet
let stateDir: string
const code = (expected: string) => expect.objectContaining({ code: expected })

beforeEach(async () => {
  fleet = await fleetOf(1, 1)
  stateDir = await scratch()
})

const open = () => DocumentStore.open({ kind: REGISTRY_KIND, stateDir, modules: { trust: fleet.trust, verify } })
const issue = async (over: Partial<RegistryDocument>) => bytesOf(await signedBy(await draftOf(over), fleet, [0]))
const file = async (name: string) => new Uint8Array(await readFile(join(stateDir, name)))

describe('acceptance', () => {
  it('is decided by version and digest', () => {
    const highest = { version: 5, sha256: 'aa' }
    expect(decideAcceptance(null, highest)).toBe('accept')
    expect(decideAcceptance(highest, { version: 6, sha256: 'bb' })).toBe('accept')
    expect(decideAcceptance(highest, { version: 5, sha256: 'aa' })).toBe('same')
    expect(decideAcceptance(highest, { version: 5, sha256: 'bb' })).toBe('equivocation')
    expect(decideAcceptance(highest, { version: 4, sha256: 'aa' })).toBe('rollback')
  })

  it('replaces, keeps the previous, and remembers the highest across restarts', async () => {
    const [one, two] = [await issue({ version: 1 }), await issue({ version: 2 })]
    const store = await open()
    expect(await store.accept(one, NOW)).toBe(true)
    expect(await store.accept(two, NOW)).toBe(true)
    expect(await store.accept(two, NOW)).toBe(false)
    expect(await file('current.json')).toEqual(two)
    expect(await file('previous.json')).toEqual(one)
    const later = await open()
    expect(later.current?.document.version).toBe(2)
    await expect(later.accept(one, NOW)).rejects.toThrow(code('DOC_ROLLBACK'))
    expect(await file('current.json')).toEqual(two)
  })

  it('refuses a second document of the version in force and stores both', async () => {
    const store = await open()
    const first = await issue({})
    await store.accept(first, NOW)
    const second = await issue({ hosts: [await hostOf('evil', 66)] })
    await expect(store.accept(second, NOW)).rejects.toThrow(code('DOC_EQUIVOCATION'))
    expect(store.current?.document.hosts[0]?.name).toBe('amsterdam')
    const kept = (await readdir(stateDir)).filter((name) => name.startsWith('equivocation-1-'))
    expect(new Set(await Promise.all(kept.map(async (name) => (await file(name)).length)))).toEqual(
      new Set([first.length, second.length]),
    )
    expect(kept).toHaveLength(2)
  })

  it('does not raise the mark for a document that fails a later step', async () => {
    const store = await open()
    await store.accept(await issue({}), NOW)
    const host = await hostOf('twice', 1)
    const before = await readdir(stateDir)
    await expect(store.accept(await issue({ version: 7, hosts: [host, host] }), NOW)).rejects.toThrow(
      code('DOC_INVALID'),
    )
    expect(await readdir(stateDir)).toEqual(before)
    expect(await store.accept(await issue({ version: 2 }), NOW)).toBe(true)
  })

  it('after a crash before the mark was raised, takes the document in force for the highest', async () => {
    const store = await open()
    await store.accept(await issue({ version: 1 }), NOW)
    const mark = await file('highest.json')
    await store.accept(await issue({ version: 2 }), NOW)
    await writeFile(join(stateDir, 'highest.json'), mark)
    const later = await open()
    const other = await issue({ version: 2, hosts: [] })
    await expect(later.accept(other, NOW)).rejects.toThrow(code('DOC_EQUIVOCATION'))
    await expect(later.accept(await issue({ version: 1 }), NOW)).rejects.toThrow(code('DOC_ROLLBACK'))
  })

  it('puts back the document of the mark, and no other, when the file in force is gone', async () => {
    const store = await open()
    const two = await issue({ version: 2 })
    await store.accept(two, NOW)
    await rm(join(stateDir, 'current.json'))
    const later = await open()
    expect(later.current).toBeNull()
    await expect(later.accept(await issue({ version: 1 }), NOW)).rejects.toThrow(code('DOC_ROLLBACK'))
    expect(await later.accept(two, NOW)).toBe(true)
  })

  it('keeps an expired document in force and does not take it anew', async () => {
    const store = await open()
    const one = await issue({})
    await store.accept(one, NOW)
    const later = await open()
    expect(later.current).not.toBeNull()
    await expect(later.accept(one, NOW + 91 * DAY_MS)).rejects.toThrow(code('DOC_EXPIRED'))
  })

  it('does not open a tampered document or a tampered mark', async () => {
    const store = await open()
    await store.accept(await issue({}), NOW)
    const text = (await readFile(join(stateDir, 'current.json'), 'utf8')).replace('192.0.2.10', '192.0.2.11')
    await writeFile(join(stateDir, 'current.json'), text)
    await expect(open()).rejects.toThrow(code('DOC_SIGNATURES'))
    await rm(join(stateDir, 'current.json'))
    await writeFile(join(stateDir, 'highest.json'), '{}')
    await expect(open()).rejects.toThrow(code('DOC_INVALID'))
  })
})
