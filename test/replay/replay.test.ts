import { selectPqBackend } from '@montana/crypto'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../e2e/support/montana.js'
import { Replays } from './ledger/counts.js'
import { replayLive } from './ledger/live.js'
import { record } from './ledger/recording.js'
import { replayToStopped } from './ledger/stopped.js'

const WINDOWS = 4
const TO_STOPPED = 4_000

it('of what real nodes said, nothing is accepted when it is said again, and nothing changes', async () => {
  const replays = new Replays()
  const recording = await record(temporaryFolder(), WINDOWS)
  await replayLive(recording, replays, 1)
  await recording.ear.leave()
  const crypto = await selectPqBackend()
  await replayToStopped(recording, crypto, replays, TO_STOPPED)
  await crypto.close()
  process.stderr.write(`${replays.count} ${JSON.stringify(Object.fromEntries(replays.ends))}\n`)
  expect(replays.accepted).toEqual([])
  expect(replays.count).toBeGreaterThan(TO_STOPPED)
}, 120_000)
