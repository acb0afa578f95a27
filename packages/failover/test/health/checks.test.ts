import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HealthConfig } from '../../src/config/types.js'
import { runCheck } from '../../src/health/checks.js'
import { isGroupEmpty } from '../../src/process/group-signal.js'
import { json, serve, soon } from './support.js'

const failureOf = async (check: HealthConfig, signal = soon()) => (await runCheck(check, signal)).failure
const command = (...argv: string[]): HealthConfig => ({ kind: 'command', command: argv })

describe('a check by command', () => {
  it('holds by its exit code', async () => {
    expect(await failureOf(command('true'))).toBeNull()
    expect(await failureOf(command('sh', '-c', 'exit 3'))).toBe('exit 3')
    expect(await failureOf(command('sh', '-c', 'kill -9 $$'))).toBe('SIGKILL')
    expect(await failureOf(command('/nowhere/check'))).toBe('ENOENT')
  })

  it('is no shell', async () => {
    expect(await failureOf(command('test', '$(echo 1)', '=', '1'))).toBe('exit 1')
  })

  it('that hangs is ended with everything it started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'check-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const script = `trap "" TERM; echo $$ > ${folder}/pid; sleep 60 & wait`
    const startMs = performance.now()
    expect(await failureOf(command('sh', '-c', script))).toBe('no answer in time')
    expect(performance.now() - startMs).toBeLessThan(800)
    expect(existsSync(`${folder}/pid`)).toBe(true)
    const group = Number(readFileSync(`${folder}/pid`, 'utf8'))
    await vi.waitFor(() => expect(isGroupEmpty(group)).toBe(true), 10_000)
  })

  it('that is no longer wanted does not wait', async () => {
    expect(await failureOf(command('sleep', '60'), AbortSignal.abort())).toBe('no answer in time')
  })
})

describe('a check by http', () => {
  it.each([
    [200, null],
    [204, null],
    [302, 'HTTP 302'],
    [404, 'HTTP 404'],
    [503, 'HTTP 503'],
  ])('status %i', async (status, expected) => {
    const { url } = await serve((response) => void response.writeHead(status, { location: '/' }).end())
    expect(await failureOf({ kind: 'http', url })).toBe(expected)
  })

  it.each([
    ['a counter', { handled: 800 }, 'handled', null],
    ['a field within a field', { work: { done: 10 } }, 'work.done', null],
    ['no such field', {}, 'handled', 'no number in field handled'],
    ['a field of the prototype', {}, 'constructor.length', 'no number in field constructor.length'],
    ['a word', { handled: '800' }, 'handled', 'no number in field handled'],
    ['null', null, 'handled', 'no number in field handled'],
  ])('%s', async (_, body, progressField, expected) => {
    const { url } = await serve(json(body))
    expect(await failureOf({ kind: 'http', url, progressField, maxAgeMs: 5_000 })).toBe(expected)
  })

  it('a counter is read, with the time for which it may stand still', async () => {
    const { url } = await serve(json({ handled: 7 }))
    const check = { kind: 'http', url, progressField: 'handled' } as const
    expect(await runCheck(check, soon())).toEqual({ failure: null, progress: { value: 7 } })
    const within = { ...check, maxAgeMs: 5_000 }
    expect(await runCheck(within, soon())).toEqual({ failure: null, progress: { value: 7, maxAgeMs: 5_000 } })
  })

  it('a body that is too long or no JSON is a failure', async () => {
    const long = await serve((response) => void response.end(`{"handled": ${'1'.repeat(100_000)}}`))
    expect(await failureOf({ kind: 'http', url: long.url, progressField: 'handled' })).toMatch(/65536 bytes/)
    const other = await serve((response) => void response.end('OK'))
    expect(await failureOf({ kind: 'http', url: other.url, progressField: 'handled' })).not.toBeNull()
  })

  it.each([
    ['says nothing', () => {}],
    ['begins and does not go on', (response: { write(text: string): void }) => response.write('{"handled":')],
  ])('a server that %s', async (_, answer) => {
    const { url } = await serve(answer)
    expect(await failureOf({ kind: 'http', url, progressField: 'handled' })).toBe('no answer in time')
  })
})

describe('a check by tcp', () => {
  it('holds by a connection', async () => {
    const { port } = await serve(() => {})
    expect(await failureOf({ kind: 'tcp', host: '127.0.0.1', port })).toBeNull()
    expect(await failureOf({ kind: 'tcp', host: '127.0.0.1', port: 1 })).toBe('ECONNREFUSED')
    expect(await failureOf({ kind: 'tcp', host: '127.0.0.1', port }, AbortSignal.abort())).toBe('no answer in time')
  })
})
