import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../../../test/support/figure.js'
import { type NameStore, type NamesInit, reconcileNames } from '../../src/reconcile/names.js'
import type { MirrorStore } from '../../src/store/index.js'
import { type OnStand, onStand } from '../support/on-stand.js'
import { temporaryStore } from '../support/temporary-store.js'

const never = new AbortController().signal
const KEPT = { notCopied: ['LOCAL_ONLY'], gates: ['ADAPTER_MOCK_MODE'], credentials: [] }
const WRITES = /^(PUT|POST|PATCH|DELETE) /

type Values = Readonly<Record<string, string>>

function initOf(store: MirrorStore, names: NameStore, values: Values): NamesInit {
  const mac = (name: string, value: string) => store.mac(name, value)
  return { mirror: 'backup', names, desired: new Map(Object.entries(values)), kept: KEPT, owned: store.owned, mac }
}

function secretsInit({ provider }: OnStand, store: MirrorStore, values: Values): NamesInit {
  return initOf(store, { kind: 'secret', store: provider.secrets }, values)
}

function variablesInit({ provider }: OnStand, store: MirrorStore, values: Values): NamesInit {
  return initOf(store, { kind: 'variable', store: provider.variables }, values)
}

describe('secrets in step', () => {
  it('creates, updates and removes what the primary has, and counts what was read back', async () => {
    const at = await onStand()
    const store = temporaryStore()
    const first = await reconcileNames(secretsInit(at, store, { API_KEY: 'one', OTHER: 'x' }), never)
    expect(first).toMatchObject({ synced: 2, total: 2, drift: { add: ['API_KEY', 'OTHER'], change: [], remove: [] } })
    const second = await reconcileNames(secretsInit(at, store, { API_KEY: 'two', OTHER: '' }), never)
    expect(second).toMatchObject({ synced: 1, total: 1, drift: { add: [], change: ['API_KEY'], remove: ['OTHER'] } })
    expect([...at.repository.secrets]).toEqual([['API_KEY', 'two']])
    expect(store.owned.all('backup', 'secret').map(({ name }) => name)).toEqual(['API_KEY'])
  })

  it('writes a hundred, and none when nothing changed', async () => {
    const at = await onStand()
    const store = temporaryStore()
    const values = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`S_${index}`, `value ${index}`]))
    const began = at.clock.monotonicMs()
    expect(await reconcileNames(secretsInit(at, store, values), never)).toMatchObject({ synced: 100, total: 100 })
    expect(at.repository.secrets.get('S_99')).toBe('value 99')
    // One second between each two: within 80 a minute.
    expect(at.clock.monotonicMs() - began).toBeGreaterThanOrEqual(99_000)
    at.lines()
    expect(await reconcileNames(secretsInit(at, store, values), never)).toMatchObject({ synced: 100, total: 100 })
    const lines = at.lines()
    tellFigure('mirror-secrets', lines.filter((line) => WRITES.test(line)).length)
    expect(lines).toEqual(['GET actions/secrets'])
  })

  it('a dry run tells the drift and changes nothing', async () => {
    const at = await onStand()
    const store = temporaryStore()
    await reconcileNames(secretsInit(at, store, { A: '1', B: '1' }), never)
    at.lines()
    const dry = { ...secretsInit(at, store, { A: '2', C: '1' }), dryRun: true }
    const report = await reconcileNames(dry, never)
    expect(report).toMatchObject({ synced: 0, total: 2, drift: { add: ['C'], change: ['A'], remove: ['B'] } })
    expect(at.lines().filter((line) => WRITES.test(line))).toEqual([])
    expect(JSON.stringify(report)).not.toContain('"2"')
  })

  it('scenario 9: a removed secret goes, a foreign and an adopted one stay, another case is the same name', async () => {
    const at = await onStand()
    const store = temporaryStore()
    at.repository.setSecret('FOREIGN', 'theirs')
    at.repository.setSecret('SHARED', 'was there before')
    await reconcileNames(secretsInit(at, store, { Api_Key: 'k', SHARED: 'ours', GOES: 'x' }), never)
    expect(at.repository.secrets.get('SHARED')).toBe('ours')
    at.lines()
    await reconcileNames(secretsInit(at, store, { API_KEY: 'k', SHARED: 'ours', GOES: 'x' }), never)
    expect(at.lines()).toEqual(['GET actions/secrets'])
    await reconcileNames(secretsInit(at, store, { API_KEY: 'k' }), never)
    expect(new Map(at.repository.secrets)).toEqual(
      new Map([
        ['FOREIGN', 'theirs'],
        ['SHARED', 'ours'],
        ['API_KEY', 'k'],
      ]),
    )
  })

  it('what somebody else wrote later is written again, and said', async () => {
    const at = await onStand()
    const store = temporaryStore()
    await reconcileNames(secretsInit(at, store, { A: 'ours' }), never)
    at.stand.clock.advance(5_000)
    at.repository.setSecret('A', 'theirs')
    const report = await reconcileNames(secretsInit(at, store, { A: 'ours' }), never)
    expect(report.findings).toMatchObject([{ code: 'foreign-write' }])
    expect(report).toMatchObject({ synced: 1, total: 1 })
    expect(at.repository.secrets.get('A')).toBe('ours')
    expect((await reconcileNames(secretsInit(at, store, { A: 'ours' }), never)).findings).toEqual([])
  })

  it('a key that was exchanged in between is fetched once more', async () => {
    const at = await onStand()
    await at.provider.secrets.put('A', '1', never)
    at.repository.rotateKey()
    await at.provider.secrets.put('B', '2', never)
    expect(at.repository.secrets.get('B')).toBe('2')
    expect(at.lines().filter((line) => line.endsWith('public-key'))).toHaveLength(2)
  })

  it('one value that is too long keeps no other from going', async () => {
    const at = await onStand()
    const values = { A: 'x', LONG: 'y'.repeat(48 * 1024 + 1), Z: 'z' }
    const report = await reconcileNames(secretsInit(at, temporaryStore(), values), never)
    expect(report).toMatchObject({ synced: 2, total: 3, findings: [{ code: 'VALUE_TOO_LARGE' }] })
    expect([...at.repository.secrets.keys()].sort()).toEqual(['A', 'Z'])
    expect(JSON.stringify(report)).not.toContain('yyy')
  })

  it('an answer that was lost after the write is no double and no foreign write', async () => {
    const at = await onStand()
    const store = temporaryStore()
    at.stand.faults.add({ match: { method: 'PUT' }, resetAfter: true, times: 1 })
    const report = await reconcileNames(secretsInit(at, store, { A: 'x' }), never)
    expect(report).toMatchObject({ synced: 1, total: 1, findings: [] })
    await reconcileNames(secretsInit(at, store, {}), never)
    expect(at.repository.secrets.size).toBe(0)
  })

  it('goes on from the list after a failure in the middle', async () => {
    const at = await onStand()
    const store = temporaryStore()
    const values = { A: '1', B: '2', C: '3' }
    at.stand.faults.add({ match: { method: 'PUT', path: /\/B$/ }, status: 403, body: { message: 'no' }, times: 1 })
    await expect(reconcileNames(secretsInit(at, store, values), never)).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
    })
    expect([...at.repository.secrets.keys()]).toEqual(['A'])
    at.lines()
    expect(await reconcileNames(secretsInit(at, store, values), never)).toMatchObject({ synced: 3, findings: [] })
    const writes = at.lines().filter((line) => WRITES.test(line))
    expect(writes).toEqual(['PUT actions/secrets/B', 'PUT actions/secrets/C'])
  })

  it('says when to come back at a limit, and keeps what it did', async () => {
    const at = await onStand({ stand: { limits: { contentPerMinute: 2 } }, pace: { writeSpacingMs: 1 } })
    const store = temporaryStore()
    const values = { A: '1', B: '2', C: '3' }
    const failure = await reconcileNames(secretsInit(at, store, values), never).catch((error) => error)
    expect(failure).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 })
    at.stand.clock.advance(60_000)
    expect(await reconcileNames(secretsInit(at, store, values), never)).toMatchObject({ synced: 3, total: 3 })
  })
})

describe('variables in step', () => {
  it('pages through many, compares by value, creates by POST and changes by PATCH', async () => {
    const at = await onStand()
    const store = temporaryStore()
    const values = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`V_${index}`, String(index)]))
    expect(await reconcileNames(variablesInit(at, store, values), never)).toMatchObject({ synced: 65, total: 65 })
    at.lines()
    await reconcileNames(variablesInit(at, store, { ...values, V_7: 'seven' }), never)
    const lines = at.lines()
    expect(lines.filter((line) => WRITES.test(line))).toEqual(['PATCH actions/variables/V_7'])
    expect(lines.filter((line) => line === 'GET actions/variables')).toHaveLength(6)
    expect(at.repository.variables.get('V_7')).toBe('seven')
  })

  it('touches neither role nor gate, and removes only its own', async () => {
    const at = await onStand()
    const store = temporaryStore()
    at.repository.setVariable('MIRROR_ROLE', 'SLAVE')
    at.repository.setVariable('ADAPTER_MOCK_MODE', 'true')
    at.repository.setVariable('THEIRS', 'x')
    await reconcileNames(
      variablesInit(at, store, { OURS: '1', MIRROR_ROLE: 'MASTER', ADAPTER_MOCK_MODE: 'false' }),
      never,
    )
    await reconcileNames(variablesInit(at, store, {}), never)
    expect(Object.fromEntries(at.repository.variables)).toEqual({
      MIRROR_ROLE: 'SLAVE',
      ADAPTER_MOCK_MODE: 'true',
      THEIRS: 'x',
    })
  })

  it('turns over when somebody else was faster', async () => {
    const at = await onStand()
    const missing = { match: { method: 'GET', path: /variables\/A$/ }, status: 404, body: { message: 'Not Found' } }
    at.repository.setVariable('A', 'theirs')
    at.stand.faults.add({ ...missing, times: 1 })
    expect(await at.provider.variables.put('A', 'ours', never)).toBe('updated')
    expect(at.repository.variables.get('A')).toBe('ours')
    const found = { name: 'B', value: 'x', created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' }
    at.stand.faults.add({ match: { method: 'GET', path: /variables\/B$/ }, status: 200, body: found, times: 1 })
    expect(await at.provider.variables.put('B', 'ours', never)).toBe('created')
  })

  it('tells an absent variable from an absent repository', async () => {
    const at = await onStand()
    expect(await at.provider.variables.get('NOT_THERE', never)).toBeNull()
    at.stand.removeAccount('backup-account')
    await expect(at.provider.variables.get('NOT_THERE', never)).rejects.toMatchObject({
      code: expect.stringMatching(/^TARGET_/),
    })
  })
})
