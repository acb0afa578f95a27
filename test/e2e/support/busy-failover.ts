import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNamespaces, Group, HOSTS, hasNamespaces, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellFigure } from '../../support/figure.js'
import { burn } from './burn.js'
import { type BusyFacts, busyFacts, complaintsAbout, resentBy } from './busy-facts.js'

const CORES = 2
const LOSS_PERCENT = 5
const PATIENCE_MS = 20_000
const TIMEOUT_MS = 90_000
const WITHOUT = 'needs network namespaces: root, iproute2, nftables'
const REMEDY = 'run it as root on Linux with iproute2 and nftables'

/** What a run shows that takes as long as the goal says, in minutes. */
const GOALS = [
  ['flapping', 10],
  ['trials-false', 60],
] as const
const goalsOf = (lossMs: number) => GOALS.filter(([, minutes]) => lossMs >= minutes * 60_000).map(([goal]) => goal)

/** For a run of an hour nobody reads the assertions. */
function resultLine(lossMs: number, moves: number): string {
  const load = loadavg().map((value) => value.toFixed(1))
  const where = `${cpus().length} cores, ${CORES} of them kept busy, load ${load.join(' ')}`
  return `soak:loss: ${moves} false failovers in ${lossMs / 60_000} min at ${LOSS_PERCENT} % loss; ${where}`
}

/**
 * Five real hosts on a lossy network while every core has other work. Its files run alone: nothing beside it could keep a
 * promise of milliseconds. Where it `isRequired`, a host that cannot do it fails it and says what it lacks.
 */
export function describeBusyFailover(lossMs: number, { isRequired = false } = {}): void {
  describe.skipIf(!isRequired && !hasNamespaces())(
    `five real hosts on a lossy network and a busy machine (${WITHOUT})`,
    () => {
      let dir: string | undefined
      let group: Group

      beforeAll(async () => {
        if (!hasNamespaces()) throw new Error(`there are no network namespaces: ${REMEDY}`)
        dir = mkdtempSync(join(tmpdir(), 'montana-busy-'))
        group = await createGroup(dir)
        group.start()
        group.startWriter()
        expect(await group.leader('serve', PATIENCE_MS)).toBeDefined()
        expect(await group.eligible(HOSTS, PATIENCE_MS)).toBe(true)
      }, TIMEOUT_MS)

      afterAll(async () => {
        await group?.close()
        if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
      }, TIMEOUT_MS)

      it(
        `do not move in ${lossMs / 60_000} min of ${LOSS_PERCENT} % loss with both cores busy`,
        async () => {
          const host = await group.leader('serve', PATIENCE_MS)
          expect(host).toBeDefined()
          const before = group.roles.tenures().length
          const facts = await underLoss(group, lossMs)
          const moves = group.roles.tenures().length - before
          process.stderr.write(`${resultLine(lossMs, moves)}\n`)
          expect(complaintsAbout(facts)).toEqual([])
          for (const goal of goalsOf(lossMs)) tellFigure(goal, moves)
          expect(await group.leader('serve', PATIENCE_MS)).toBe(host)
          expect(group.roles.tenures()).toHaveLength(before)
        },
        lossMs + TIMEOUT_MS,
      )
    },
  )
}

/** Nothing is left of the namespaces where no group comes to be in them. */
async function createGroup(dir: string): Promise<Group> {
  const network = createNamespaces(MACHINES, `${process.pid}b`)
  try {
    return await Group.create(dir, network)
  } catch (error) {
    await network.close()
    throw error
  }
}

/** What is there at the end of a time with loss and without an idle core. */
async function underLoss(group: Group, lossMs: number): Promise<BusyFacts> {
  const resentBefore = await resentBy(group.network)
  const burning = burn(CORES)
  try {
    group.network.setLoss(LOSS_PERCENT)
    await sleep(lossMs)
    return await busyFacts({ group, burning, resentBefore })
  } finally {
    burning.stop()
  }
}
