import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { type Call, parseTrace } from './calls.js'
import { Disk } from './disk.js'
import { filesAfterLoss, LOSSES, type Loss } from './loss.js'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const write = (name: string, offset: number, text: string): Call => {
  return { kind: 'write', path: `/d/${name}`, offset, bytes: bytes(text) }
}
const sync = (path: string, hasFailed = false): Call => ({ kind: 'sync', path, hasFailed })
const open = (name: string): Call => ({ kind: 'open', path: `/d/${name}`, isEmptied: false })

function left(calls: readonly Call[], loss: Loss, seed = 1): Record<string, string> {
  const disk = new Disk('/d', new Map([['old', bytes('old')]]))
  for (const call of calls) disk.apply(call)
  const files = [...filesAfterLoss(disk, loss, seededRandom(seed))]
  return Object.fromEntries(files.map(([name, content]) => [name, content.toString()]))
}

const everywhere = (calls: readonly Call[]) =>
  LOSSES.flatMap((loss) => Array.from({ length: 50 }, (_, seed) => left(calls, loss, seed)))

it('leaves what was synchronised, whatever else happens', () => {
  const calls = [open('a'), write('a', 0, 'one'), sync('/d/a'), sync('/d'), write('a', 3, 'two')]
  for (const files of everywhere(calls)) expect([files.old, files.a?.slice(0, 3)]).toEqual(['old', 'one'])
  expect(left(calls, 'none')).toEqual({ old: 'old', a: 'one' })
  expect(left(calls, 'all')).toEqual({ old: 'old', a: 'onetwo' })
})

it('may lose a file whose name was not synchronised, and what comes after an fsync that failed', () => {
  const nameless = everywhere([open('a'), write('a', 0, 'one'), sync('/d/a')])
  expect(new Set(nameless.map(({ a }) => a))).toEqual(new Set([undefined, 'one']))
  const failed = [open('a'), sync('/d'), write('a', 0, 'one'), sync('/d/a', true), sync('/d/a')]
  expect(new Set(everywhere(failed).map(({ a }) => a))).toEqual(new Set(['']))
})

it('tears a write, and leaves each sector old or new', () => {
  const wide = (letter: string) => letter.repeat(4 * 512)
  const calls = [open('a'), sync('/d'), write('a', 0, wide('o')), sync('/d/a'), write('a', 0, wide('n'))]
  const torn = everywhere(calls).map(({ a }) => a ?? '')
  const sectors = torn.map((content) => content.match(/.{512}/gs)?.map((sector) => new Set(sector).size) ?? [])
  expect(torn.every((content) => /^[on]{2048}$/.test(content))).toBe(true)
  expect(sectors.some((sizes) => sizes.includes(2))).toBe(true)
  expect(torn.some((content) => content.includes('n') && content.endsWith('o'))).toBe(true)
})

it('renames in one step: a name stands for the old content or for the new one', () => {
  const calls = [open('t'), write('t', 0, 'new'), sync('/d/t'), { kind: 'rename', path: '/d/t', to: '/d/old' } as const]
  const seen = new Set(everywhere(calls).map((files) => `${files.old} ${files.t}`))
  expect(seen).toEqual(new Set(['old undefined', 'old new', 'new undefined']))
  // Without the fsync before it the name may stand for nothing at all.
  expect(new Set(everywhere(calls.toSpliced(2, 1)).map(({ old }) => old))).toContain('')
})

it('reads a trace, also where calls of two threads are mixed, and refuses one that it would misread', () => {
  const hex = (text: string) =>
    [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const lines = [
    `1  openat(AT_FDCWD<${hex('/')}>, "${hex('/d/a')}", O_RDWR|O_CREAT, 0644) = 3<${hex('/d/a')}>`,
    `1  write(3<${hex('/d/a')}>, "${hex('abc')}", 3) = 2`,
    `1  write(3<${hex('/d/a')}>, "${hex('c')}", 1 <unfinished ...>`,
    `2  fsync(3<${hex('/d/a')}>) = -1 EIO (Input/output error) (INJECTED)`,
    '1  <... write resumed>) = 1',
    `1  write(1<${hex('pipe:[1]')}>, "${hex('7\n')}", 2) = 2`,
    `1  pwrite64(4<${hex('/elsewhere')}>, "", 0, 0) = 0`,
  ]
  expect(parseTrace(lines, '/d')).toEqual([
    open('a'),
    { kind: 'write', path: '/d/a', offset: 0, bytes: Buffer.from('ab') },
    sync('/d/a', true),
    { kind: 'write', path: '/d/a', offset: 2, bytes: Buffer.from('c') },
    { kind: 'say', text: '7\n' },
  ])
  expect(() => parseTrace([`1  fallocate(3<${hex('/d/a')}>, 0, 0, 9) = 0`], '/d')).toThrow('fallocate')
})
