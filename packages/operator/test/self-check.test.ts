import type { NodeStatus } from '@montana/node/settings'
import { describe, expect, it } from 'vitest'
import { agreement, selfCheck } from '../src/steps/self-check.js'

const root = (digit: string) => digit.repeat(64)
const signal = new AbortController().signal

/** What the check reads of a status; everything else is no matter of it. */
function status(
  changes: Partial<NodeStatus> = {},
  head: { window: number; state_root: string } | null = null,
): NodeStatus {
  const recent = [
    { window: 6, state_root: root('a') },
    { window: 7, state_root: root('b') },
  ]
  const peer = { label: 'moscow', conns: 1, ping_ok: 3, head }
  const facts = {
    label: 'armenia',
    window: 7,
    target_window: 7,
    synced: true,
    phase: 'Bootstrap',
    state_root: root('b'),
    candidate: null,
  }
  return { ...facts, recent, peers: [peer], ...changes } as unknown as NodeStatus
}

const check = (answer: NodeStatus | undefined, requireSynced = false) =>
  selfCheck({ ask: async () => answer, signal, requireSynced, timeoutMs: 0 })

describe('the self-check', () => {
  it('is synced with the same state of a window that a peer has too', async () => {
    const { isSynced, lines } = await check(status({}, { window: 6, state_root: root('a') }))
    expect(isSynced).toBe(true)
    expect(lines[0]).toBe('synced at window 7, 1 peers')
    expect(lines[1]).toMatch(/^phase Bootstrap/)
  })

  it('is not synced while no peer has told a window that is known here', async () => {
    expect(agreement(status())).toBe('none')
    expect((await check(status())).lines[0]).toBe('syncing at window 7 of 7, 1 peers')
  })

  it('ends with 1 where the peers have another state, at once', async () => {
    const other = status({}, { window: 6, state_root: root('c') })
    const found = selfCheck({ ask: async () => other, signal, requireSynced: false, timeoutMs: 60_000 })
    await expect(found).rejects.toMatchObject({ code: 'ROOTS_DIFFER', exitCode: 1 })
  })

  it('says how far it is when time is over, and fails only where synced was required', async () => {
    const behind = status({ window: 3, target_window: 900, synced: false }, { window: 900, state_root: root('f') })
    expect((await check(behind)).lines[0]).toBe('syncing at window 3 of 900, 1 peers')
    await expect(check(behind, true)).rejects.toMatchObject({ code: 'NOT_SYNCED', exitCode: 1 })
  })

  it('fails without a node and without peers', async () => {
    await expect(check(undefined)).rejects.toMatchObject({ code: 'NOT_CONNECTED' })
    const alone = status({ peers: status().peers.map((peer) => ({ ...peer, conns: 0 })) })
    await expect(check(alone)).rejects.toMatchObject({ code: 'NOT_CONNECTED' })
  })
})
