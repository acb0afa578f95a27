import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { addonPath, MAX_STEPS } from './support.js'

const packageUrl = new URL('../dist/index.js', import.meta.url).href

/** Source of a program that has a clock and a check running before it does `then`. */
function program(then: string, force: 'native' | 'typescript' = 'native'): string {
  return `
    import { parentPort } from 'node:worker_threads'
    import { loadBackend } from '${packageUrl}'
    const { backend } = loadBackend({ force: '${force}' })
    const seed = new Uint8Array(32)
    const clock = backend.startClock({ seed, steps: ${MAX_STEPS}, onProgress: () => {} })
    const check = backend.verifySegments({ starts: seed, ends: seed, steps: [${MAX_STEPS}], lanes: 1 })
    check.catch(() => {})
    ${then}
  `
}

function startWorker(source: string): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
}

async function runProcess(
  source: string,
): Promise<{ code: number | null; signal: string | null; stderr: string; ms: number }> {
  const begin = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code, signal] = await once(child, 'exit')
  return { code, signal, stderr, ms: performance.now() - begin }
}

describe.skipIf(!addonPath)('a worker thread', () => {
  it('can be terminated while its clock runs, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      const worker = startWorker(program(`parentPort.postMessage('running')`))
      await once(worker, 'message')
      const begin = performance.now()
      await worker.terminate()
      expect(performance.now() - begin).toBeLessThan(500)
    }
  })

  it('computes what the main thread computes, in several at once', async () => {
    const source = program(`
      clock.cancel()
      const { value } = await backend.startClock({ seed, steps: 1000 }).result
      parentPort.postMessage(Buffer.from(value).toString('hex'))
      process.exit()
    `)
    const answers = Array.from({ length: 3 }, async () => (await once(startWorker(source), 'message'))[0])
    const [first, ...others] = await Promise.all(answers)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(others).toEqual([first, first])
  })

  it('may end while its last event is on the way', async () => {
    const source = program(`
      for (let i = 0; i < 50; i++) backend.startClock({ seed, steps: 1 + i })
      setImmediate(() => process.exit())
    `)
    for (let round = 0; round < 5; round++) expect(await once(startWorker(source), 'exit')).toEqual([0])
  })
})

const forces = addonPath ? (['native', 'typescript'] as const) : (['typescript'] as const)

describe.each(forces)('a process with the %s clock running', (force) => {
  it('exits promptly and cleanly', async () => {
    const { code, signal, stderr, ms } = await runProcess(program('setTimeout(() => process.exit(7), 100)', force))
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
    expect(ms).toBeLessThan(2000)
  })

  it('dies of its own error, not of ours', async () => {
    const source = program(`setTimeout(() => { throw new Error('boom') }, 50)`, force)
    const { code, stderr } = await runProcess(source)
    expect(code).toBe(1)
    expect(stderr).toContain('boom')
  })

  it('ends by itself once everything is cancelled', async () => {
    const source = `
      import { loadBackend } from '${packageUrl}'
      const { backend } = loadBackend({ force: '${force}' })
      const clock = backend.startClock({ seed: new Uint8Array(32), steps: ${MAX_STEPS} })
      setTimeout(() => clock.cancel(), 50)
    `
    expect(await runProcess(source)).toMatchObject({ code: 0, stderr: '' })
  })
})
