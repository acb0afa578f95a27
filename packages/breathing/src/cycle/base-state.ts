import type { Base } from '../files/base-store.js'
import { decodeRegisters } from '../merge/decode.js'
import type { Registers } from '../merge/registers.js'
import { stampNode } from '../merge/stamp.js'
import { type BreathState, EMPTY_STATE } from '../merge/state.js'
import type { Session } from './session.js'

/**
 * What the files were when last seen, with their stamps: what is left when the own ref is lost. Of the vector only the
 * own part follows from it; that the writes of others are complete nobody can say.
 */
export async function stateOfBases(session: Session): Promise<BreathState> {
  const files = new Map<string, Registers>()
  for (const path of session.options.syncPaths) {
    const base = await session.parts.bases.get(path)
    if (base === undefined || base.text === '') continue
    const registers = readRegisters(path, base, session.options.depth)
    if (registers) files.set(path, registers)
  }
  if (files.size === 0) return EMPTY_STATE
  const { node } = session.options
  const own = [...files.values()].flatMap((registers) => [...registers.values()].map(({ stamp }) => stamp))
  const highest = own
    .filter((stamp) => stampNode(stamp) === node)
    .sort()
    .at(-1)
  return { files, history: new Map(), vector: new Map(highest === undefined ? [] : [[node, highest]]) }
}

/** A copy that cannot be read is none. */
function readRegisters(path: string, { registers }: Base, depth: number): Registers | undefined {
  try {
    return decodeRegisters(path, registers.text, registers.stamps, depth)
  } catch {
    return undefined
  }
}
