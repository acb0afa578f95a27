import { silentLogger } from '@montana/foundation'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WitnessRounds } from '../../src/agent/witness-rounds.js'
import { FailoverError, type Witness } from '../../src/index.js'
import { bodyOf, postOf } from '../witness/support.js'

it('says once why a witness does not answer, and once that it answers again', async () => {
  const state = { isUp: false, rounds: 0 }
  const witness: Witness = {
    name: 'w1',
    isSlow: false,
    stalenessMs: 4_000,
    post: async () => {
      state.rounds++
      if (!state.isUp) throw new FailoverError('WITNESS_REFUSED', 'witness w1 answered 401 to a post')
    },
    read: async () => ({ upMs: 1, posts: [] }),
    close: async () => {},
  }
  const lines: string[] = []
  const line = (facts: unknown, text?: string) => void lines.push(`${text} ${JSON.stringify(facts)}`)
  const rounds = new WitnessRounds(witness, {
    nowMs: () => performance.now(),
    post: () => bodyOf('spb', 1),
    sign: () => postOf('spb', 1),
    push: () => {},
    logger: { ...silentLogger, warn: line, info: line },
  })
  const end = new AbortController()
  onTestFinished(() => end.abort())
  rounds.every(20)
  rounds.run(end.signal).catch(() => {})
  await vi.waitUntil(() => state.rounds > 6, 10_000)
  const told = '"witness":"w1","code":"WITNESS_REFUSED","reason":"witness w1 answered 401 to a post"'
  expect(lines).toEqual([`witness does not answer {${told}}`])
  state.isUp = true
  await vi.waitUntil(() => lines.length > 1, 10_000)
  expect(lines.at(-1)).toBe('witness answers again {"witness":"w1"}')
})
