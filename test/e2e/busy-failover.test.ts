import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { burn } from './support/burn.js'
import { type BusyFacts, complaintsAbout, resentOf } from './support/busy-facts.js'

const SOUND: BusyFacts = { dead: [], silent: [], idleMs: 900, resent: 40, isBusy: true }
const PATIENCE_MS = 5_000

/** Of a process that another than this one has started, which nobody waits for: it is gone, or only its name is left. */
async function isGone(pid: number): Promise<boolean> {
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(50))
    if (!existsSync(`/proc/${pid}/fd/0`)) return true
  return false
}

describe('a run under loss', () => {
  it('has shown something where all are there at its end', () => {
    expect(complaintsAbout(SOUND)).toEqual([])
  })

  it.each<[string, Partial<BusyFacts>]>([
    ['an agent ended, and nobody could move', { dead: ['spb'] }],
    ['an agent does not answer', { silent: ['spb'] }],
    ['the service did nothing', { idleMs: Number.POSITIVE_INFINITY }],
    ['the filter dropped nothing', { resent: 0 }],
    ['the cores were idle', { isBusy: false }],
  ])('has shown nothing where %s', (_, change) => {
    expect(complaintsAbout({ ...SOUND, ...change })).toHaveLength(1)
  })

  it('reads what the kernel has sent again', () => {
    expect(resentOf('Ip: Forwarding\nIp: 1\nTcp: OutSegs RetransSegs InErrs\nTcp: 900 17 0\n')).toBe(17)
  })
})

describe('the work beside it', () => {
  it('ends when it is told to', async () => {
    const burning = burn(1)
    expect(burning.isBusy()).toBe(true)
    burning.stop()
    await expect.poll(() => burning.isBusy()).toBe(false)
  })

  it('ends with whoever began it, however that went', async () => {
    const program = `import('${new URL('./support/burn.ts', import.meta.url)}').then(({ burn }) => {
      console.log(burn(1).pids[0])
      setInterval(() => {}, 1_000)
    })`
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [told] = await once(parent.stdout, 'data')
    const pid = Number(told)
    expect(pid).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    const isEnded = await isGone(pid)
    if (!isEnded) process.kill(pid, 'SIGKILL')
    expect(isEnded).toBe(true)
  })
})
