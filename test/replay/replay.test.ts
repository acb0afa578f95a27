import { expect, it } from 'vitest'
import { temporaryFolder } from '../e2e/support/montana.js'
import { runReplays } from './suite.js'
import { UNHEARD } from './wire/handshakes.js'

const PLAN = {
  ...{ windows: 3, answered: 3, restart: false, toStopped: 3_000 },
  ...{ handshakes: 16, frames: 10, ciphers: 200 },
}

it('of what real nodes said, nothing is accepted when it is said again, and nothing changes', async () => {
  const { accepted, count, ends } = await runReplays(temporaryFolder(), PLAN)
  expect(accepted).toEqual([])
  expect([...ends.keys()].filter((end) => end.endsWith(UNHEARD))).toEqual([])
  expect(count).toBeGreaterThan(3_300)
}, 180_000)
