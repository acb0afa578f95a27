import { expect, it } from 'vitest'
import { temporaryFolder } from '../e2e/support/montana.js'
import { tellFigure } from '../support/figure.js'
import { runReplays } from './suite.js'
import { UNHEARD } from './wire/handshakes.js'

const REPLAYS = 100_000
const PLAN = {
  ...{ windows: 14, answered: 6, restart: true, toStopped: 60_000 },
  ...{ handshakes: 1_000, frames: 1_000, ciphers: 38_000 },
}

it('of a hundred thousand replays none is accepted, and nothing changes', async () => {
  const { accepted, count, ends } = await runReplays(temporaryFolder(), PLAN)
  const lines = [...ends].map(([end, times]) => `  ${String(times).padStart(6)}  ${end}`)
  process.stderr.write(`${count} replays\n${lines.sort().reverse().join('\n')}\n`)
  tellFigure('r17-replay', accepted.length)
  expect(accepted).toEqual([])
  expect([...ends.keys()].filter((end) => end.endsWith(UNHEARD))).toEqual([])
  expect(count).toBeGreaterThanOrEqual(REPLAYS)
}, 3_600_000)
