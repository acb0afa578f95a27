import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ProbeModules, probe } from '../../src/agent/probe.js'
import type { NodeChannel } from '../../src/channel/types.js'
import type { Heartbeat, Observation } from '../../src/core/types.js'

const LIFE = { host: 'amsterdam' } as Heartbeat
const never = new AbortController().signal

/** What each host answers about amsterdam, and after how many milliseconds. */
type Answers = Readonly<Record<string, { readonly afterMs: number; readonly heartbeat: Heartbeat | null }>>

function askedOf(direct: Answers[string], answers: Answers) {
  const observed: Observation[] = []
  const questions: unknown[] = []
  const request: NodeChannel['request'] = async (peer, _, body) => {
    questions.push([peer, body])
    const answer = answers[peer] ?? { afterMs: 5_000, heartbeat: null }
    await sleep(answer.afterMs)
    return { host: 'amsterdam', ageMs: 0, heartbeat: answer.heartbeat }
  }
  const modules: ProbeModules = {
    self: 'moscow',
    peers: ['amsterdam', 'almaty', 'spb', 'novosibirsk'],
    channel: { request } as NodeChannel,
    heartbeats: { ask: async () => await sleep(direct.afterMs).then(() => direct.heartbeat) },
    nowMs: () => performance.now(),
    push: (observation) => void observed.push(observation),
    ageOf: () => 7_000,
  }
  return { modules, observed, questions }
}

describe('a probe for somebody else', () => {
  it('is answered by the first sign of life, whoever else may be dead', async () => {
    const { modules } = askedOf({ afterMs: 10, heartbeat: LIFE }, {})
    const startMs = performance.now()
    const answer = await probe(modules, 'almaty', { host: 'amsterdam', forwardedFor: null }, never)
    expect(performance.now() - startMs).toBeLessThan(300)
    expect(answer).toMatchObject({ host: 'amsterdam', heartbeat: LIFE })
  })

  it('takes what another host hears when it hears nothing itself', async () => {
    const { modules, questions } = askedOf(
      { afterMs: 100, heartbeat: null },
      { spb: { afterMs: 20, heartbeat: LIFE }, novosibirsk: { afterMs: 1, heartbeat: null } },
    )
    const answer = await probe(modules, 'almaty', { host: 'amsterdam', forwardedFor: null }, never)
    expect(answer.heartbeat).toEqual(LIFE)
    const question = { host: 'amsterdam', forwardedFor: 'almaty' }
    expect(questions).toEqual([
      ['spb', question],
      ['novosibirsk', question],
    ])
  })

  it('says the best age it knows when nobody has a sign of life', async () => {
    const silent = { afterMs: 1, heartbeat: null }
    const { modules } = askedOf(silent, { spb: silent, novosibirsk: silent })
    const answer = await probe(modules, 'almaty', { host: 'amsterdam', forwardedFor: null }, never)
    expect(answer).toEqual({ host: 'amsterdam', ageMs: 7_000, heartbeat: null })
  })

  it('is a sign of life of both who asked, and is forwarded once', async () => {
    const { modules, observed, questions } = askedOf({ afterMs: 1, heartbeat: null }, {})
    await probe(modules, 'spb', { host: 'amsterdam', forwardedFor: 'almaty' }, never)
    expect(observed).toMatchObject([
      { kind: 'asked', host: 'spb' },
      { kind: 'asked', host: 'almaty' },
    ])
    expect(questions).toEqual([])
  })
})
