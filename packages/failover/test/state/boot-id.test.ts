import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bootId, isEarlierBoot } from '../../src/boot-id.js'
import { nextBootId } from '../../src/state/boot-id.js'
import { Board } from '../../src/witness/board.js'

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'montana-boot-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'boot')
}

const post = (boot: string, sequence: number) =>
  ({ body: { host: 'hb', bootId: boot, sequence }, signature: `${boot}/${sequence}` }) as unknown as Parameters<
    Board['put']
  >[0]

describe('the name of a life of the agent', () => {
  it('grows from start to start, also when the clock is set back', async () => {
    const path = file()
    const ids = [
      await nextBootId(path, 5_000),
      await nextBootId(path, 9_000),
      await nextBootId(path, 1_000),
      await nextBootId(path, 1_000),
    ]
    for (let at = 1; at < ids.length; at++) expect(isEarlierBoot(ids[at - 1] ?? '', ids[at] ?? '')).toBe(true)
  })

  it('begins anew where the file is broken', async () => {
    const path = file()
    writeFileSync(path, '\u0000\u0000 torn')
    expect(await nextBootId(path, 7_000)).toMatch(/^000000001b58-[0-9a-f]{16}$/)
  })

  it('keeps a recorded post of an earlier life off a witness that never saw that life', () => {
    const board = new Board(() => 0)
    board.put(post(bootId(2_000, 'bb'), 100))
    expect(() => board.put(post(bootId(1_000, 'aa'), 7))).toThrow('later post')
    board.put(post(bootId(2_000, 'bb'), 101))
    board.put(post(bootId(3_000, 'cc'), 0))
    expect(() => board.put(post(bootId(2_000, 'bb'), 500))).toThrow('later post')
    expect(board.list().map(({ post: { body } }) => body.sequence)).toEqual([0])
  })
})
