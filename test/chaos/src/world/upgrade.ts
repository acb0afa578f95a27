import { sleep } from '@montana/foundation'
import type { Label } from '../mesh/constants.js'
import { nowMs } from '../program/clock.js'
import type { Nemesis, World } from './nemesis.js'

/** A node that is not ready by then is left to the checker; the roll goes on. */
const READY_TIMEOUT_MS = 30_000
const LOOK_EVERY_MS = 100

/** Node by node to the present build; where they run it already, back to the other one first. */
export const upgrade: Nemesis = async (world, { targets }) => {
  const { present, other } = world.builds
  if (other === undefined) throw new Error('there is no second build')
  const isPresent = targets.every((label) => world.nodeOf(label).build === present)
  if (isPresent) await roll(world, targets, other)
  await roll(world, targets, present)
  return () => {}
}

async function roll(world: World, targets: readonly Label[], build: string): Promise<void> {
  const { nodeOf, reach, signal, isReadySince } = world
  for (const label of targets) {
    const node = nodeOf(label)
    await node.end('SIGTERM')
    reach.leave(label)
    node.build = build
    reach.come(label)
    const startedMs = nowMs()
    node.start()
    while (!isReadySince(label, startedMs) && nowMs() < startedMs + READY_TIMEOUT_MS) await sleep(LOOK_EVERY_MS, signal)
  }
}
