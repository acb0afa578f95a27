import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lockAgent } from '../../src/state/lock.js'

const LOCKED = expect.objectContaining({ code: 'AGENT_LOCKED' })
const SCRIPT = new URL('../../dist/state/lock.js', import.meta.url).href

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'agent.lock')
}

/** Takes the lock in a process of its own and ends, or stays. Prints `locked` or the code of the refusal. */
async function inProcess(path: string, stays: boolean): Promise<{ said: string; kill(): Promise<void> }> {
  const end = stays ? 'setInterval(() => {}, 1000)' : 'process.exit(0)'
  const code = `const { lockAgent } = await import('${SCRIPT}')
await lockAgent(process.argv[1]).then(() => console.log('locked'), (error) => console.log(error.code)); ${end}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [data] = await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  return {
    said: String(data).trim(),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

it('a second agent is refused, and let in when the first has gone', async () => {
  const path = lockPath()
  const unlock = await lockAgent(path)
  await expect(lockAgent(path)).rejects.toEqual(LOCKED)
  expect((await inProcess(path, false)).said).toBe('AGENT_LOCKED')
  await unlock()
  expect(existsSync(path)).toBe(false)
  await (await lockAgent(path))()
})

it('the lock of an agent that was killed is taken over', async () => {
  const path = lockPath()
  const first = await inProcess(path, true)
  expect(first.said).toBe('locked')
  await expect(lockAgent(path)).rejects.toThrow(/another agent of this group runs here \(pid \d+\)/)
  await first.kill()
  await (await lockAgent(path))()
})

it.each([
  ['is empty', ''],
  ['is torn', '{"pid":'],
  ['names a pid that is somebody else’s now', JSON.stringify({ pid: process.pid, started: 'other life/1' })],
])('a lock that %s holds nobody off', async (_, text) => {
  const path = lockPath()
  writeFileSync(path, text)
  await (await lockAgent(path))()
})

it('of many that find one stale lock exactly one gets it', async () => {
  const path = lockPath()
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' }))
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockAgent(path)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(readdirSync(join(path, '..'))).toEqual(['agent.lock'])
})
