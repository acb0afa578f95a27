import { CodecError } from '@montana/codec'
import { describe, expect, it } from 'vitest'
import { MessageGuard } from '../../src/runtime/message-guard.js'

function setUp() {
  const outcomes: string[] = []
  const guard = new MessageGuard((kind, peer, outcome) => outcomes.push(`${kind} ${peer} ${outcome}`))
  const open: ((outcome: string) => void)[] = []
  const hold = (peer: string) => guard.run('vote', peer, () => new Promise((resolve) => open.push(resolve)))
  return { guard, outcomes, open, hold }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the bounds of what is looked at', () => {
  it('are 128 messages of one peer, and none of another is lost for that', async () => {
    const { outcomes, open, hold } = setUp()
    for (let i = 0; i < 130; i++) hold('flooder')
    hold('other')
    expect(outcomes).toEqual(['vote flooder overload', 'vote flooder overload'])
    expect(open).toHaveLength(129)
    open[0]?.('accepted')
    await settle()
    hold('flooder')
    expect(open).toHaveLength(130)
  })

  it('are 512 in all, and places are given back', async () => {
    const { outcomes, open, hold } = setUp()
    for (let i = 0; i < 520; i++) hold(`peer ${i % 10}`)
    expect(open).toHaveLength(512)
    expect(outcomes).toHaveLength(8)
    for (const end of open) end('accepted')
    await settle()
    hold('peer 0')
    expect(open).toHaveLength(513)
  })
})

describe('what the work throws', () => {
  it('becomes the outcome, at once or later, and gives the place back', async () => {
    const { guard, outcomes } = setUp()
    for (let i = 0; i < 200; i++) {
      guard.run('vote', 'p', () => {
        throw new CodecError('BadLength')
      })
      guard.run('draft', 'p', async () => {
        throw Object.assign(new Error('no'), { code: 'STORE_IO' })
      })
      await settle()
    }
    expect(new Set(outcomes)).toEqual(new Set(['vote p MalformedMessage', 'draft p STORE_IO']))
    expect(outcomes).toHaveLength(400)
  })
})
