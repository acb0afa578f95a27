import { toHex } from '@montana/foundation'
import { supply } from '@montana/ledger'
import { describe, expect, it } from 'vitest'
import { SimulatedMesh } from './support/mesh.js'

const SEEDS = Number(process.env.MONTANA_SIM_SEEDS ?? 4)

function expectAgreement(mesh: SimulatedMesh): void {
  const longest = mesh.processes.reduce((a, b) => (a.head >= b.head ? a : b))
  for (const process of mesh.processes) {
    process.disk.commits.forEach((commit, index) => {
      expect(commit.window).toBe(index + 1)
      expect(toHex(commit.cementValue)).toBe(toHex(longest.disk.commits[index]?.cementValue ?? new Uint8Array()))
    })
  }
}

function expectSupply(mesh: SimulatedMesh): void {
  for (const { state } of mesh.processes) {
    const balances = [...state.chain.tables.accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)
    expect(balances).toBe(supply(state.chain.context.window))
  }
}

const VOTE = { proposerRule: 'rotation', cementingRule: 'vote' } as const

describe('rotation and vote', () => {
  it('cements without faults, with several proposers and certificates', () => {
    const mesh = new SimulatedMesh(1, { loss: 0, crash: 0 }, 4, 1, {}, VOTE)
    expect(mesh.runUntil(30, 120_000)).toBe(true)
    expectAgreement(mesh)
    expectSupply(mesh)
    expect(mesh.findings).toEqual([])
    const commits = mesh.processes[4]?.disk.commits ?? []
    const proposers = new Set(commits.map(({ envelope }) => toHex(envelope.subarray(364, 396))))
    expect(proposers.size).toBeGreaterThan(2)
    expect(commits.every(({ certificate }) => certificate !== undefined)).toBe(true)
  })

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'seed %i: lost messages and crashes at any effect never fork it, and it goes on once they end',
    (seed) => {
      const mesh = new SimulatedMesh(5000 + seed, { loss: 0.2, crash: 0.02 }, 4, 1, {}, VOTE)
      mesh.runUntil(15, 400_000)
      expectAgreement(mesh)
      mesh.faults = { loss: 0, crash: 0 }
      const goal = Math.max(...mesh.processes.map(({ head }) => head)) + 3
      expect(mesh.runUntil(goal, 120_000), mesh.crashes.slice(-5).join('; ')).toBe(true)
      expectAgreement(mesh)
      expectSupply(mesh)
      expect(mesh.findings).toEqual([])
    },
  )
})

describe('a simulated mesh of three members and an observer', () => {
  it('cements windows without faults, credits everybody and draws real winners', () => {
    const mesh = new SimulatedMesh(1, { loss: 0, crash: 0 })
    expect(mesh.runUntil(30, 60_000)).toBe(true)
    expectAgreement(mesh)
    expectSupply(mesh)
    expect(mesh.findings).toEqual([])
    const chain = mesh.processes[0]?.state.chain
    const lengths = [...(chain?.tables.nodes.entries() ?? [])].map((node) => node.chainLength)
    expect(lengths.every((length) => length >= 29)).toBe(true)
    const balances = [...(chain?.tables.accounts.entries() ?? [])].map(({ balance }) => balance)
    expect(balances.filter((balance) => balance > 0n).length).toBeGreaterThan(1)
  })

  it('replays the same history from the same seed', () => {
    const values = [7, 7].map((seed) => {
      const mesh = new SimulatedMesh(seed, { loss: 0.1, crash: 0.01 })
      mesh.runUntil(12, 600_000)
      return mesh.processes.map(({ disk }) => disk.commits.map(({ cementValue }) => toHex(cementValue)).join())
    })
    expect(values[0]).toEqual(values[1])
  })

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'seed %i: lost messages and crashes at any effect never fork it, and it goes on once they end',
    (seed) => {
      const mesh = new SimulatedMesh(1000 + seed, { loss: 0.2, crash: 0.02 })
      mesh.runUntil(15, 400_000)
      expectAgreement(mesh)
      mesh.faults = { loss: 0, crash: 0 }
      const goal = Math.max(...mesh.processes.map(({ head }) => head)) + 3
      expect(mesh.runUntil(goal, 60_000), mesh.crashes.slice(-5).join('; ')).toBe(true)
      expectAgreement(mesh)
      expectSupply(mesh)
      expect(mesh.findings).toEqual([])
    },
  )

  it('crosses epochs: D adapts and checkpoints rotate alike everywhere', () => {
    const mesh = new SimulatedMesh(3, { loss: 0.05, crash: 0 }, 3, 1, { tau2Windows: 8 })
    expect(mesh.runUntil(26, 400_000)).toBe(true)
    expectAgreement(mesh)
    const context = mesh.processes[3]?.state.chain.context
    expect(context?.nextD).toBeGreaterThan(2_000_000)
    expect(context?.epochDs[2]).toBe(2_000_000)
  })
})
