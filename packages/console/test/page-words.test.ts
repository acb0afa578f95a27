import { describe, expect, it } from 'vitest'
import { linkOf } from '../page/src/explorer/link.js'
import { membersNote, membersTone } from '../page/src/mesh/members.js'
import { meshView } from '../src/mesh/mesh-view.js'
import { statusSchema } from '../src/mesh/status.js'
import { memberStatus } from './support/status.js'

const NOW_MS = Date.parse('2026-05-21T12:00:00.000Z')

/** A console that asks these nodes, in a mesh of four members. */
function meshOf(there: readonly string[], away: readonly string[] = []) {
  const source = (label: string) => ({ label, statusUrl: 'http://127.0.0.1:1' })
  const up = there.map((label) => {
    const status = statusSchema.parse(memberStatus({ label, active: 4, atMs: NOW_MS }))
    return { source: source(label), status, error: null }
  })
  const error = { code: 'TIMEOUT', text: 'no answer' }
  return meshView([...up, ...away.map((label) => ({ source: source(label), status: null, error }))], NOW_MS)
}

describe('members that are up', () => {
  it('are all, or fewer than there are', () => {
    expect(membersTone(meshOf(['a', 'b', 'c', 'd']))).toBe('good')
    expect(membersTone(meshOf(['a', 'b', 'c'], ['d']))).toBe('warn')
    expect(membersNote(meshOf(['a', 'b', 'c'], ['d']))).toContain('quorum')
  })

  it('are not said to be away where they are not asked', () => {
    expect(membersTone(meshOf(['a', 'b']))).toBe('none')
    expect(membersNote(meshOf(['a', 'b']))).toBe('this console asks 2 of them at most')
    expect(membersTone(meshOf(['a'], ['b']))).toBe('warn')
    expect(membersTone(meshOf([], ['b']))).toBe('none')
  })
})

it('a peer that was never there is not lost', () => {
  const [live] = memberStatus().peers.map((peer) => ({ ...peer, head: null }))
  if (!live) throw new Error('no peer')
  expect(linkOf(live)).toEqual(['good', 'connected'])
  expect(linkOf({ ...live, healthy: false })).toEqual(['warn', 'does not answer'])
  expect(linkOf({ ...live, conns: 0 })).toEqual(['bad', 'no link'])
  expect(linkOf({ ...live, conns: 0, up_s: 0, ping_sent: 0 })).toEqual(['none', 'not seen yet'])
})
