import type { ChainState } from '@montana/consensus'
import { genesisChainState } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { pastWeights } from '../../src/read/weights.js'
import { makeWorld, type World } from '../support/world.js'

/** τ₂ = 4: a member counts for eight windows after its last credit. */
const HEAD = 100

interface Past {
  readonly last: number
  readonly length?: number
  readonly start?: number
  /** Credits since the window that is asked about. */
  readonly since?: number
  readonly isJustBefore?: boolean
}

/** The state of window 100 in which the three members have these records. */
function stateWith(world: World, members: readonly Past[]): ChainState {
  const genesis = genesisChainState(world.document)
  const nodes = members.reduce((table, { last, length = 50, start = 0 }, index) => {
    const record = genesis.tables.nodes.get(nodeId(world, index))
    if (!record) throw new Error(`no member ${index}`)
    return table.set({ ...record, chainLength: length, startWindow: start, lastConfirmationWindow: last })
  }, genesis.tables.nodes)
  return { ...genesis, tables: { ...genesis.tables, nodes }, context: { ...genesis.context, window: HEAD } }
}

function nodeId(world: World, index: number): Uint8Array {
  return world.members[index]?.identity.nodeId ?? new Uint8Array()
}

async function weightsAt(window: number, members: readonly Past[], seenFrom = window - 32) {
  const world = await makeWorld()
  const find = (id: string) => members[members.findIndex((_, index) => toHex(nodeId(world, index)) === id)]
  const since = (id: string) => find(id)?.since ?? 0
  const justBefore = (id: string) => find(id)?.isJustBefore ?? false
  const result = pastWeights(stateWith(world, members), window, { since, seenFrom, justBefore })
  await world.crypto.close()
  if ('reason' in result) return result
  const of = members.map((_, index) => result.of(toHex(nodeId(world, index))))
  return { of, active: result.active, quorum: result.quorum }
}

describe('the weights of an earlier window', () => {
  it('are those of the head without the credits since', async () => {
    const members = [50, 40, 30].map((since) => ({ last: HEAD, since, isJustBefore: true }))
    expect(await weightsAt(51, members)).toEqual({ of: [0, 10, 20], active: 30, quorum: 21 })
  })

  it('leave out who was not admitted yet, and who had been silent for two epochs', async () => {
    const [late, silent, steady] = [
      { last: HEAD, start: 60 },
      { last: 51 },
      { last: HEAD, since: 41, isJustBefore: true },
    ]
    expect(await weightsAt(60, [late, silent, steady])).toMatchObject({ of: [0, 0, 9], active: 9 })
    expect(await weightsAt(59, [late, silent, steady])).toMatchObject({ of: [0, 50, 9] })
  })

  it('count everybody in the first two epochs, whenever it was heard', async () => {
    const members = [0, 1, 2].map((last) => ({ last, length: 1 }))
    expect(await weightsAt(8, members, 1)).toMatchObject({ of: [1, 1, 1] })
    expect(await weightsAt(9, members, 1)).toMatchObject({ of: [0, 1, 1] })
  })

  it('give nothing to who was admitted a while ago and credited later', async () => {
    const members = [{ last: HEAD, start: 58, since: 3, length: 4 }, { last: 59 }, { last: 59 }]
    expect(await weightsAt(60, members)).toMatchObject({ of: [0, 50, 50] })
  })

  it('are not guessed where a member came back after a silence', async () => {
    const members = [{ last: HEAD, since: 3 }, { last: 59 }, { last: 59 }]
    const unknown = { reason: expect.stringContaining('fell silent'), isPending: false }
    expect(await weightsAt(60, members)).toEqual(unknown)
  })
})
