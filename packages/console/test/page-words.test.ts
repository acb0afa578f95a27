import { describe, expect, it } from 'vitest'
import { nodeTone } from '../page/src/data/state.js'
import { linkOf } from '../page/src/explorer/link.js'
import { calmWords, headNote, membersNote, membersTone } from '../page/src/mesh/members.js'
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
    expect(membersNote(meshOf(['a', 'b']))).toBe('the others are not asked from here')
    expect(membersTone(meshOf(['a'], ['b']))).toBe('warn')
    expect(membersTone(meshOf([], ['b']))).toBe('none')
  })
})

it('a node that the watchdog alone asks is neither well nor away', () => {
  const told = meshOf(['a'], ['b'])
  const [a, b] = told.nodes
  if (!a || !b) throw new Error('no nodes')
  const overSsh = { ...b, error: { code: 'ASKED_BY_WATCHDOG', text: 'asked over ssh' } }
  expect([nodeTone(b), nodeTone(overSsh)]).toEqual(['bad', 'none'])
  expect([headNote(told), headNote({ ...told, nodes: [a, overSsh] })]).toEqual([
    '1 of 2 nodes keep up',
    'by the one node that is asked',
  ])
  expect(headNote({ head: null, nodes: [overSsh] })).toBe('no node is asked from here')
  expect(calmWords(told)).toBe('Nothing needs an operator now.')
  expect(calmWords({ nodes: [a, overSsh] })).toContain('1 of 2 nodes are not asked')
  expect([membersTone(told), membersTone({ ...told, nodes: [a, overSsh] })]).toEqual(['warn', 'none'])
})

it('a peer that was never there is not lost', () => {
  const [live] = memberStatus().peers.map((peer) => ({ ...peer, head: null }))
  if (!live) throw new Error('no peer')
  expect(linkOf(live)).toEqual(['good', 'connected'])
  expect(linkOf({ ...live, healthy: false })).toEqual(['warn', 'does not answer'])
  expect(linkOf({ ...live, conns: 0 })).toEqual(['bad', 'no link'])
  expect(linkOf({ ...live, conns: 0, up_s: 0, ping_sent: 0 })).toEqual(['none', 'not seen yet'])
})
