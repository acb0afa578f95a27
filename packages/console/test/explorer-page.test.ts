import { addressOf } from '@montana/crypto'
import { describe, expect, it } from 'vitest'
import { labelOf } from '../page/src/explorer/hooks.js'
import { namesOf } from '../page/src/explorer/names.js'
import { hrefOf, parseRoute, type Route, searchRoute } from '../page/src/explorer/route.js'

const ID = '0f'.repeat(32)
const NAMES = new Map([['moscow', ID]])

describe('places of the explorer', () => {
  it('have an address each, and it leads back to them', () => {
    const places: Route[] = [
      { kind: 'overview' },
      { kind: 'window', window: 123 },
      { kind: 'account', id: ID },
      { kind: 'node', id: ID },
      { kind: 'find', id: ID },
    ]
    expect(places.map((place) => parseRoute(hrefOf(place)))).toEqual(places)
    expect(hrefOf({ kind: 'window', window: 123 })).toBe('#explorer/window/123')
  })

  it('an address that is none of them is the overview', () => {
    const wrong = ['', '#mesh', '#explorer/', '#explorer/window/x', '#explorer/window/1/2', `#explorer/node/${ID}0`]
    expect(wrong.map((hash) => parseRoute(hash).kind)).toEqual(wrong.map(() => 'overview'))
    expect(parseRoute(`#explorer/account/${ID.toUpperCase()}`)).toEqual({ kind: 'account', id: ID })
  })
})

describe('a search', () => {
  it('knows a label, a window, a hash and an address', async () => {
    const address = addressOf(Uint8Array.from(Buffer.from(ID, 'hex')))
    const words = [' Moscow ', '1 234', '12,345', ID.toUpperCase(), `0x${ID}`, address]
    expect(await Promise.all(words.map((word) => searchRoute(word, NAMES)))).toEqual([
      { kind: 'node', id: ID },
      { kind: 'window', window: 1234 },
      { kind: 'window', window: 12_345 },
      { kind: 'find', id: ID },
      { kind: 'find', id: ID },
      { kind: 'account', id: ID },
    ])
  })

  it('is lost where it can be none of them', async () => {
    const address = addressOf(new Uint8Array(32).fill(7))
    const words = [
      `${address.slice(0, -1)}${address.endsWith('4') ? '5' : '4'}`,
      'atlantis',
      '-1',
      '1.5',
      ID.slice(1),
      `${ID}0`,
      '1'.repeat(16),
      '<b>',
      'mtxyz',
    ]
    expect(await Promise.all(words.map((word) => searchRoute(word, NAMES)))).toEqual(words.map(() => null))
  })
})

describe('whom the explorer asks', () => {
  const mesh = (reachable: readonly string[], head: string | null) =>
    ({
      nodes: ['a', 'b', 'c'].map((label) => ({ label, reachable: reachable.includes(label) })),
      head: head === null ? null : { label: head, window: 9 },
    }) as unknown as Parameters<typeof labelOf>[0]

  it('stays with one that answers, and goes to the head when it does not', () => {
    expect(labelOf(mesh(['a', 'b'], 'a'), 'b')).toBe('b')
    expect(labelOf(mesh(['a', 'c'], 'c'), 'b')).toBe('c')
    expect(labelOf(mesh(['a'], 'a'), null)).toBe('a')
    expect(labelOf(mesh([], null), 'b')).toBeNull()
    expect(labelOf(null, 'b')).toBeNull()
  })

  it('names members, and peers of the manifest who are none yet', () => {
    const nodes = {
      window: 1,
      count: 2,
      next: null,
      nodes: [
        { label: 'Moscow', node_id: 'aa' },
        { label: null, node_id: 'bb' },
      ],
    }
    const genesis = { peers: [{ label: 'armenia', node_id: 'cc' }] }
    const names = namesOf(nodes as never, genesis as never)
    expect([...names]).toEqual([
      ['armenia', 'cc'],
      ['moscow', 'aa'],
    ])
  })
})
