import { seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { isLong, longIt } from '../../../test/support/long-it.js'
import type { PlanLimits } from '../src/index.js'
import { joinInProcess } from './support/joining-process.js'
import { Server } from './support/server.js'
import { freshStore, headOf, makeWorld, reopened, servingStore, type World } from './support/world.js'

const ACCOUNTS = isLong ? 100_000 : 800
const RECORD_BYTES = 2059
/** On the way at a kill: one chunk of each of four peers, some ten records or a thousandth of all; twice that for an uneven tree. */
const AT_RISK_RECORDS = Math.max(4 * 20, 0.002 * ACCOUNTS)

let world: World
let source: Awaited<ReturnType<typeof servingStore>>

beforeAll(async () => {
  world = await makeWorld(ACCOUNTS, 'kills')
  source = await servingStore(world)
}, 600_000)
afterAll(async () => {
  source.close()
  await world.close()
})

/** Kills a join at random points and lets it end; what the servers sent too much, as a part of the state. */
async function wasteOf(kills: number, seed: number, limits: Partial<PlanLimits>) {
  const random = seededRandom(seed)
  const servers = ['a', 'b', 'c', 'd'].map((id) => new Server(id, source))
  const fresh = await freshStore(world)
  const { dir } = fresh
  fresh.close()
  const total = ACCOUNTS * RECORD_BYTES
  for (let kill = 0; kill < kills; kill++) {
    const killAfterBytes = Math.floor((random.next() * 2 * total) / (kills + 2))
    const killed = await joinInProcess({ world, dir, servers, limits, killAfterBytes })
    expect(killed.isDone).toBe(false)
  }
  const last = await joinInProcess({ world, dir, servers, limits })
  expect(last.isDone).toBe(true)
  const joined = reopened(world, dir)
  const head = joined.head()
  joined.close()
  expect(head).toEqual(source.head())
  expect(head?.window).toBe(headOf(world).window)
  const sent = servers.reduce((sum, { bytes }) => sum + bytes, 0)
  const records = servers.reduce((sum, { records: n }) => sum + n, 0)
  return { sent, twice: (records - ACCOUNTS) / ACCOUNTS, told: last.progress?.bytes }
}

it('a join that is killed goes on where it was: what was proven is not fetched again', async () => {
  const limits = { perSecond: 400, burst: 100 }
  const { twice, told } = await wasteOf(2, 1, limits)
  expect(twice).toBeLessThan((2 * AT_RISK_RECORDS) / ACCOUNTS)
  expect(told?.wasted).toBeLessThanOrEqual(twice * ACCOUNTS * RECORD_BYTES + RECORD_BYTES * 8)
}, 60_000)

longIt(
  'ten kills at random points cost at most one in a hundred bytes',
  async () => {
    const { twice } = await wasteOf(10, 2, { perSecond: 400, burst: 100 })
    tellFigure('join-refetch', twice * 100)
    tellFigure('r23-refetch', twice * 100, `of ${ACCOUNTS} accounts`)
    expect(twice).toBeLessThanOrEqual(0.01)
  },
  900_000,
)
