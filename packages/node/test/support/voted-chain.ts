import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope, type Restored } from '@montana/consensus'
import { openStore } from '@montana/store'
import { restoreChain } from '../../src/chain/restore.js'
import { type BuiltWindow, buildChain, extendChain, headOfChain } from './chain.js'
import { makeWorld, VOTE_RULES, type World } from './world.js'

export const HEAD = 6
const TAU2_WINDOWS = 4

/** A network that rotates and votes at window 6, and its window 7, which no store has yet. */
export interface VotedChain {
  readonly world: World
  readonly dir: string
  /** Windows 1 … 6. */
  readonly built: readonly BuiltWindow[]
  readonly head: BuiltWindow
  readonly next: BuiltWindow
  readonly restored: Restored
  close(): Promise<void>
}

export async function makeVotedChain(): Promise<VotedChain> {
  const world = await makeWorld(VOTE_RULES, { vdfEntryWindows: 2, selectionInterval: 4, tau2Windows: TAU2_WINDOWS })
  const dir = mkdtempSync(join(tmpdir(), 'montana-voted-'))
  const built = await buildChain(world, [dir], { windows: HEAD })
  const head = headOfChain(built)
  const { evidence } = decodeEnvelope(head.envelope)
  const next = headOfChain(await extendChain(world, [], head.after, { windows: 1 }, evidence))
  const store = openStore({ dir, mode: 'read' })
  const restored = { ...restoreChain(store, world.document), journal: [], signFrom: 1 }
  // The accounts of what was restored are read from the store when they are wanted.
  const close = async () => {
    store.close()
    rmSync(dir, { recursive: true, force: true })
    await world.crypto.close()
  }
  return { world, dir, built, head, next, restored, close }
}
