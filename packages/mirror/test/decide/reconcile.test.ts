import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NamedSecret, NamedVariable } from '../../src/contracts/provider.js'
import type { OwnedName } from '../../src/contracts/store.js'
import type { KeptNames } from '../../src/decide/names.js'
import { type NameKind, planNames } from '../../src/decide/reconcile.js'

const KEPT: KeptNames = { notCopied: ['LOCAL_ONLY'], gates: ['ADAPTER_MOCK_MODE'], credentials: ['MIRROR_TWO'] }

function owned(name: string, mac: string, part: Partial<OwnedName> = {}): OwnedName {
  return { mirror: 'm', kind: 'secret', name, mac, remoteUpdatedAtMs: 10, origin: 'created', ...part }
}

interface Parts {
  readonly kind?: NameKind
  readonly desired?: Record<string, string>
  readonly listed?: readonly (NamedSecret | NamedVariable)[]
  readonly owned?: readonly OwnedName[]
}

function plan({ kind = 'secret', desired = {}, listed = [], owned: own = [] }: Parts) {
  return planNames({ kind, desired: new Map(Object.entries(desired)), listed, owned: own, kept: KEPT })
}

const NOTHING = { create: [], update: [], delete: [], unchanged: [], foreign: [], adopt: [], forget: [], findings: [] }

describe('the plan of secrets (8.1)', () => {
  it('creates what is absent, also when somebody removed what we had written', () => {
    expect(plan({ desired: { B: 'm1', A: 'm2' }, owned: [owned('B', 'm1')] })).toEqual({
      ...NOTHING,
      create: ['A', 'B'],
    })
  })

  it('writes nothing when nothing changed', () => {
    const listed = [{ name: 'A', updatedAtMs: 10 }]
    expect(plan({ desired: { A: 'm' }, listed, owned: [owned('A', 'm')] })).toEqual({ ...NOTHING, unchanged: ['A'] })
  })

  it('updates when the MAC differs', () => {
    const listed = [{ name: 'A', updatedAtMs: 10 }]
    expect(plan({ desired: { A: 'new' }, listed, owned: [owned('A', 'm')] })).toEqual({ ...NOTHING, update: ['A'] })
  })

  it('updates what somebody else wrote later, and says so', () => {
    const result = plan({ desired: { A: 'm' }, listed: [{ name: 'A', updatedAtMs: 11 }], owned: [owned('A', 'm')] })
    expect(result.update).toEqual(['A'])
    expect(result.findings).toMatchObject([{ code: 'foreign-write', name: 'A' }])
  })

  it('adopts a name that was there before, keeps it in step and never deletes it', () => {
    const listed = [{ name: 'A', updatedAtMs: 5 }]
    expect(plan({ desired: { A: 'm' }, listed })).toEqual({ ...NOTHING, update: ['A'], adopt: ['A'] })
    const adopted = [owned('A', 'm', { origin: 'adopted' })]
    expect(plan({ listed, owned: adopted })).toEqual({ ...NOTHING, foreign: ['A'] })
  })

  it('deletes what we created when it is removed or emptied on the primary; leaves the foreign', () => {
    const listed = ['A', 'B', 'C'].map((name) => ({ name, updatedAtMs: 10 }))
    const own = [owned('A', 'm'), owned('B', 'm')]
    expect(plan({ desired: { B: '' }, listed, owned: own })).toEqual({ ...NOTHING, delete: ['A', 'B'], foreign: ['C'] })
  })

  it('forgets what it owned and is gone', () => {
    expect(plan({ owned: [owned('A', 'm')] })).toEqual({ ...NOTHING, forget: ['A'] })
  })

  it('compares names without case: a renamed case is the same secret', () => {
    const listed = [{ name: 'API_KEY', updatedAtMs: 10 }]
    const own = [owned('API_KEY', 'm')]
    expect(plan({ desired: { api_key: 'm' }, listed, owned: own })).toEqual({ ...NOTHING, unchanged: ['API_KEY'] })
    const twice = plan({ desired: { api_key: 'm', API_KEY: 'other' }, listed, owned: own })
    expect(twice).toMatchObject({ unchanged: ['API_KEY'], update: [], findings: [{ code: 'name-twice' }] })
  })
})

describe('the plan of variables (8.1)', () => {
  it('compares what was read back', () => {
    const listed = [
      { name: 'A', value: '1', updatedAtMs: 99 },
      { name: 'B', value: 'old', updatedAtMs: 10 },
    ]
    const own = ['A', 'B'].map((name) => owned(name, '', { kind: 'variable' }))
    const result = plan({ kind: 'variable', desired: { A: '1', B: '2' }, listed, owned: own })
    expect(result).toEqual({ ...NOTHING, unchanged: ['A'], update: ['B'] })
  })

  it('says when somebody else changed one', () => {
    const listed = [{ name: 'A', value: 'theirs', updatedAtMs: 11 }]
    const own = [owned('A', '', { kind: 'variable' })]
    const result = plan({ kind: 'variable', desired: { A: 'ours' }, listed, owned: own })
    expect(result).toMatchObject({ update: ['A'], findings: [{ code: 'foreign-write' }] })
  })
})

describe('what is never written', () => {
  it.each([
    'GITHUB_TOKEN',
    'mirror_role',
    'MIRROR_1_TOKEN',
    'MASTER_TOKEN',
    'MASTER_REPO',
    'LOCAL_ONLY',
    'Adapter_Mock_Mode',
  ])('%s is not copied even when it is listed', (name) => {
    const result = plan({ kind: 'variable', desired: { [name]: 'x' } })
    expect(result).toMatchObject({ create: [], update: [], findings: [{ code: 'never-copied', name }] })
  })

  it('does not delete a role or a gate even if a record says that we created it', () => {
    const listed = ['MIRROR_ROLE', 'ADAPTER_MOCK_MODE'].map((name) => ({ name, value: 'x', updatedAtMs: 1 }))
    const result = plan({ kind: 'variable', listed, owned: listed.map(({ name }) => owned(name, '')) })
    expect(result).toMatchObject({ delete: [], foreign: ['ADAPTER_MOCK_MODE', 'MIRROR_ROLE'] })
  })

  it.each(['1A', 'A-B', '', 'Ä'])('the name "%s" is refused', (name) => {
    expect(plan({ desired: { [name]: 'x' } })).toMatchObject({ create: [], findings: [{ code: 'NAME_INVALID' }] })
  })

  it('leaves out what is above the limit of a repository, counting foreign names and deletions', () => {
    const listed = Array.from({ length: 99 }, (_, i) => ({ name: `F${i}`, updatedAtMs: 1 }))
    const result = plan({ desired: { A: 'm', B: 'm', C: 'm' }, listed, owned: [owned('F0', 'm')] })
    expect(result).toMatchObject({
      create: ['A', 'B'],
      delete: ['F0'],
      findings: [{ code: 'too-many-names', name: 'C' }],
    })
  })
})

describe('applying a plan', () => {
  it('is in step after one pass, from any point at which it died', () => {
    const names = fc.constantFrom('A', 'B', 'C', 'D')
    const values = fc.dictionary(names, fc.constantFrom('1', '2'))
    fc.assert(
      fc.property(values, values, fc.subarray(['A', 'B', 'C', 'D']), fc.nat(8), (desired, remote, created, stop) => {
        const target = new Map<string, string>(Object.entries(remote))
        const own = new Map(created.map((name) => [name, owned(name, '', { kind: 'variable' })]))
        const foreign = [...target.keys()].filter((name) => !own.has(name))
        const listed = () => [...target].map(([name, value]) => ({ name, value, updatedAtMs: 1 }))
        const now = () => plan({ kind: 'variable', desired, listed: listed(), owned: [...own.values()] })
        const apply = (limit: number) => {
          const todo = now()
          for (const name of todo.adopt) own.set(name, owned(name, '', { origin: 'adopted' }))
          const writes = [...todo.create, ...todo.update].map((name) => () => {
            if (!target.has(name)) own.set(name, owned(name, ''))
            target.set(name, desired[name] ?? '')
          })
          const deletes = todo.delete.map((name) => () => void target.delete(name))
          for (const write of [...writes, ...deletes].slice(0, limit)) write()
        }
        apply(stop)
        apply(99)
        expect(now()).toMatchObject({ create: [], update: [], delete: [] })
        for (const [name, value] of Object.entries(desired)) expect(target.get(name)).toBe(value)
        for (const name of foreign) expect(target.has(name)).toBe(true)
      }),
    )
  })
})
