import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { genesisChainState } from '@montana/consensus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withAccounts } from './src/consensus/accounts.js'
import { type Modules, openModules, recordHistory } from './src/consensus/modules.js'
import { proofChecker } from './src/consensus/proofs.js'
import { consensusRatios } from './src/consensus/ratios.js'
import { renderConsensusReport } from './src/consensus/render.js'
import { type Recording, replay } from './src/consensus/replay.js'
import type { ConsensusRow } from './src/consensus/rows.js'
import { signatureChecker, signaturesOf } from './src/consensus/signatures.js'

const WINDOWS = 3
const FULL = { kind: 'full' } as const

describe('a recorded history', () => {
  let modules: Modules
  let recording: Recording
  beforeAll(async () => {
    modules = await openModules()
    recording = await recordHistory(modules, { windows: WINDOWS, d: 500 })
  })
  afterAll(() => modules.crypto.close())

  const altered = (at: number, change: (bytes: Uint8Array) => Uint8Array): Recording => {
    const history = recording.history.map((one) => {
      return one.window === at ? { ...one, certificate: change(one.certificate) } : one
    })
    return { ...recording, history }
  }
  const flipLast = (bytes: Uint8Array) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)

  it('has four signers in both lists and in the certificate', () => {
    expect(signaturesOf(recording.history.at(-1))).toBe(13)
  })

  it('is committed window by window when it is replayed', async () => {
    const committed: number[] = []
    await replay(recording, { commit: ({ window }) => committed.push(window) })
    expect(committed).toEqual([1, 2, 3])
  })

  it('is the same history whatever hashes the trees', async () => {
    const chain = genesisChainState(recording.network.document)
    expect(chain.tables.nodes.hasher).not.toBe(recording.chain.tables.nodes.hasher)
    await replay({ ...recording, chain }, {})
  })

  it('waits for every proof under policy full', async () => {
    const proven: number[] = []
    const check = proofChecker(modules.backend, recording.history)
    const checkProof = async (effect: Parameters<typeof check>[0]) => {
      await check(effect)
      proven.push(effect.window)
    }
    await replay(recording, { verify: FULL, checkProof })
    expect(proven).toEqual([1, 2, 3])
  })

  it('does not pass with a wrong intermediate of the clock', async () => {
    const history = recording.history.map(({ proof, ...one }) => {
      return { ...one, proof: { ...proof, values: flipLast(proof.values) } }
    })
    const checkProof = proofChecker(modules.backend, history)
    await expect(replay(recording, { verify: FULL, checkProof })).rejects.toThrow('proof of window 1')
  })

  it('does not pass with a wrong signature, where signatures are checked', async () => {
    const checkSignatures = signatureChecker(modules.crypto, recording.network.genesisHash)
    await replay(recording, { checkSignatures })
    await expect(replay(altered(2, flipLast), { checkSignatures })).rejects.toThrow('signature of window 2')
  })

  it('does not pass without its certificates', async () => {
    const [first] = recording.history
    const ofFirst = altered(2, () => first?.certificate ?? new Uint8Array())
    await expect(replay(ofFirst, {})).rejects.toThrow('window 2 was not cemented')
  })

  it('can begin with a larger state', () => {
    const chain = withAccounts(genesisChainState(recording.network.document), 7)
    expect(chain.tables.accounts.size).toBe(4 + 7)
  })
})

describe('the report', () => {
  const row = (name: string, perSecond: number, rest: Partial<ConsensusRow> = {}): ConsensusRow => {
    const [group, unit] = ['replay', 'windows'] as const
    return { group, name, unit, perSecond, slowest: perSecond, fastest: perSecond, ...rest }
  }
  const rows = [
    row('engine alone, signatures checked before', 600),
    row('engine, every clock segment checked', 25, { stepsPerSecond: 50e6 }),
    row('10 accounts', 600, { group: 'state size' }),
    row('100 accounts', 400, { group: 'state size' }),
    row('the proposer grinds a window, one core', 30e6, { group: 'proof', unit: 'steps' }),
    row('a follower checks its proof, one core', 75e6, { group: 'proof', unit: 'steps' }),
  ]

  it('has every promise as a ratio, and none that was not measured', () => {
    expect(consensusRatios(rows)).toEqual({
      engineToTarget: 2,
      engineToReference: 200,
      engineToEngineWithClock: 24,
      dearestStateToCheapest: 1.5,
      proofCheckToGrind: 2.5,
    })
  })

  it('is readable', () => {
    const table = renderConsensusReport({ rows, ratios: { engineToTarget: 2 }, notes: ['a note'] })
    expect(table).toMatch(/^engine alone, .* 600\.0 windows\/s +█{24} +1\.67 ms each$/m)
    expect(table).toMatch(/^engine, every clock .* 40\.00 ms each, 50\.0 M steps\/s$/m)
    expect(table).toMatch(/^a follower checks .* 75\.00 M steps\/s +█{24}$/m)
    expect(table).toMatch(/^engine ÷ target +2\.00 ×$/m)
    expect(table).toMatch(/^a note$/m)
  })
})

it('the command prints exactly one object with every row', () => {
  const main = fileURLToPath(new URL('./dist/main.js', import.meta.url))
  const args = ['consensus', '--json', '--rounds', '1', '--windows', '2', '--accounts', '5,50']
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
  expect(status).toBe(0)
  const report = JSON.parse(stdout)
  const rows: ConsensusRow[] = report.rows
  expect(rows.map(({ group }) => group).join()).toBe(
    'replay,replay,replay,replay,replay,state size,state size,proof,proof',
  )
  for (const { perSecond } of rows) expect(perSecond).toBeGreaterThan(0)
  expect(rows.flatMap(({ accounts }) => accounts ?? [])).toEqual([5, 50])
  expect(Object.keys(report.ratios)).toHaveLength(8)
}, 60_000)
