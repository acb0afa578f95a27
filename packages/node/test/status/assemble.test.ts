import { toHex } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleStatus } from '../../src/status/assemble.js'
import { statusSchema } from '../../src/status/schema.js'
import { soloNode } from '../support/solo-node.js'
import { makeWorld, VOTE_RULES, type World } from '../support/world.js'

let world: World

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
})
afterAll(() => world.crypto.close())

const within = (ms: number) => AbortSignal.timeout(ms)

describe('the status of a node that votes', () => {
  it('is one by the schema before its first window', () => {
    const { modules } = soloNode(world)
    const status = statusSchema.parse(assembleStatus(modules, undefined))
    expect(status).toMatchObject({ window: 0, phase: 'Active', cemented_at: null, recent: [], candidate: null })
    expect(status.clock).toMatchObject({ source: null, load: null, note: 'not measured yet' })
    expect(status.vote).toMatchObject({ rule: 'rotation + vote', round: 0 })
  })

  it('is one by the schema while it cements, and says what it did', async () => {
    const { modules, ledger, store, resources, fatal } = soloNode(world)
    ledger.start()
    await resources.refresh()
    await ledger.loop.waitForHead(10, within(20_000))
    ledger.incidents.note('InvalidSignature', 'QmSomebodyElse', 7)
    ledger.incidents.flush()
    const raw = assembleStatus(modules, 2)
    const status = statusSchema.parse(JSON.parse(JSON.stringify(raw)))
    expect(fatal).toEqual([])
    const { window } = status
    expect(window).toBeGreaterThanOrEqual(10)
    expect(status).toMatchObject({
      phase: 'Active',
      synced: true,
      target_window: window,
      active_nodes: 1,
      node_table: 1,
    })
    expect(status.recent.map((one) => one.window)).toEqual(Array.from({ length: window }, (_, i) => i + 1))
    expect(status.at_window).toEqual(status.recent[1])
    expect(status.header_hash).toBe(toHex(store.windowAt(window)?.proposalHash ?? new Uint8Array()))
    expect(status.clock.values).toEqual({ own: window, proof: 0, audit: 0, quorum: 0 })
    expect(status.clock.source).toBe('own')
    expect(status.clock.note).toMatch(/this host needs|not measured/)
    expect(status.epoch).toEqual({
      index: Math.floor((window - 1) / 4),
      position: ((window - 1) % 4) + 1,
      length: 4,
      next_selection: (Math.floor(window / 12) + 1) * 12,
    })
    expect(status.supply).toBe((BigInt(window) * 13_000_000_000n).toString())
    expect(status.incidents).toEqual([{ code: 'InvalidSignature', peer: 'bodyElse', count: 1, last_window: 7 }])
    expect(status.vote.sign_from).not.toBeNull()
    expect(store.certificates.get(window)).toBeDefined()
    expect(store.proofs.get(window), 'a window that was ground here can be proven').toBeDefined()
  })

  it('remembers the windows of the process before, and goes on', async () => {
    const first = soloNode(world)
    first.ledger.start()
    await first.ledger.loop.waitForHead(3, within(20_000))
    await first.stop()
    const second = soloNode(world, first.dir)
    const status = statusSchema.parse(assembleStatus(second.modules, undefined))
    expect(status.window).toBeGreaterThanOrEqual(3)
    expect(status.recent.at(-1)?.window).toBe(status.window)
    expect(status.clock.values).toEqual({ own: 0, proof: 0, audit: 0, quorum: 0 })
    second.ledger.start()
    await second.ledger.loop.waitForHead(status.window + 2, within(20_000))
    expect([first.fatal, second.fatal]).toEqual([[], []])
  })
})
