import type { NodeStatus } from '@montana/node/settings'
import { describe, expect, it } from 'vitest'
import type { NodeChild } from '../src/commands/devnet/child.js'
import { isSilent, PauseWatch } from '../src/commands/devnet/waiting.js'

interface Init {
  isDown?: boolean
  isPaused?: boolean
  phase?: NodeStatus['phase']
  signFrom?: number | null
  waitsFor?: string[]
}

const WINDOW = 20

function child(label: string, init: Init = {}): NodeChild {
  const { isDown = false, isPaused = false, phase = 'Active', signFrom = 1, waitsFor = [] } = init
  const vote = { rule: 'rotation + vote', round: 1, sign_from: signFrom, proposer: null, waits_for: waitsFor }
  return { label, isDown, isPaused, status: { phase, window: WINDOW, vote } } as unknown as NodeChild
}

/** What the watch says `seconds` after the last window. */
function saidAfter(seconds: number, children: readonly NodeChild[]): string | undefined {
  const watch = new PauseWatch()
  watch.update(children, WINDOW, 1_000)
  return watch.update(children, WINDOW, 1_000 + seconds * 1_000)
}

describe('what the table says while no window comes', () => {
  it('says nothing at first, and nothing any more once a window came', () => {
    const children = [child('moscow'), child('frankfurt', { isDown: true })]
    expect(saidAfter(7, children)).toBeUndefined()
    const watch = new PauseWatch()
    watch.update(children, WINDOW, 0)
    expect(watch.update(children, WINDOW, 9_000)).toContain('no window for 9 s')
    expect(watch.update(children, WINDOW + 1, 9_500)).toBeUndefined()
  })

  it('names members that are down, paused or silent, and those that nobody has heard; no observer', () => {
    const children = [
      child('moscow', { waitsFor: ['frankfurt', 'kyiv'] }),
      child('frankfurt', { isDown: true }),
      child('helsinki', { isPaused: true }),
      child('kyiv', { waitsFor: ['moscow', 'frankfurt', 'kyiv'] }),
      child('lima', { waitsFor: ['frankfurt', 'kyiv'] }),
      child('armenia', { isDown: true, phase: 'Bootstrap' }),
    ]
    expect(saidAfter(12, children)).toBe(
      'no window for 12 s: the others wait for frankfurt (down), helsinki (paused), kyiv',
    )
    expect(saidAfter(12, [child('moscow', { signFrom: null })])).toContain('moscow (silent)')
  })

  it('a node is silent before the first window that it signs for', () => {
    expect([null, WINDOW + 2, WINDOW + 1, 1].map((signFrom) => isSilent(child('moscow', { signFrom })))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
