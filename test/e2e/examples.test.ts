import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadGroupConfig } from '@montana/failover/settings'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runCheck } from '../../packages/failover/src/health/checks.js'
import { freePort } from '../support/ports.js'

const EXAMPLES = join(import.meta.dirname, '..', '..', 'deploy', 'examples')
const CONFIGURATION = join(EXAMPLES, '..', 'failover.example.yaml')
const KILLS = 20

let folder: string
let chat: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  chat = await startChat()
})

interface Running {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  stderr: string
}

function run(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/bin', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  const running: Running = { child, exit, stderr: '' }
  child.stderr?.on('data', (chunk) => {
    running.stderr += chunk
  })
  return running
}

async function startChat(): Promise<string> {
  const server = join(EXAMPLES, 'chat-server', 'server.mjs')
  const { child } = run([server, '--port', '0', '--data', folder])
  const line = await new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk))))
  return `http://127.0.0.1:${JSON.parse(line).port}`
}

interface BotChoices {
  readonly host?: string
  readonly effects?: string
  readonly notices?: boolean
  readonly port?: number
}

function startBot(
  epoch: number | string,
  { host = 'almaty', effects = 'all', notices, port = 0 }: BotChoices = {},
): Running {
  const data = join(folder, host)
  const args = [join(EXAMPLES, 'bot', 'bot.mjs'), '--chat', chat, '--port', String(port), '--data', data]
  const env = { MONTANA_EPOCH: String(epoch), MONTANA_HOST: host, MONTANA_MODE: 'CHAIN', MONTANA_EFFECTS: effects }
  return run([...args, ...(notices ? ['--notices'] : [])], env)
}

async function say(text: string): Promise<number> {
  const response = await fetch(`${chat}/messages`, { method: 'POST', body: JSON.stringify({ text }) })
  return ((await response.json()) as { id: number }).id
}

interface Reply {
  readonly update_id: number
  readonly text: string
  readonly epoch: string
}

interface Effect {
  readonly outcome: string
  readonly key: string
  readonly epoch: string
  readonly mono_ms: number
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${chat}${path}`)).json()) as T
}

const replies = async () => (await get<{ replies: Reply[] }>('/replies')).replies
const log = async () => (await get<{ log: Effect[] }>('/log')).log

async function until(isDone: () => Promise<boolean>, ms = 10_000): Promise<void> {
  const endMs = performance.now() + ms
  while (!(await isDone())) {
    if (performance.now() > endMs) throw new Error(`not within ${ms} ms`)
    await sleep(20)
  }
}

async function reply(headers: Record<string, string>, body: unknown = { update_id: 1, text: 'x' }) {
  const response = await fetch(`${chat}/replies`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

describe('the example bot', () => {
  it('is healthy by the check of the example configuration', async () => {
    const { config } = await loadGroupConfig(CONFIGURATION)
    const [check] = config.services.bot?.health ?? []
    if (check?.kind !== 'http') throw new Error('the example asks by http')
    const port = await freePort()
    startBot(1, { port })
    const url = new URL(check.url)
    url.port = String(port)
    const ask = async () => await runCheck({ ...check, url: url.href }, AbortSignal.timeout(1_000))
    await until(async () => (await ask()).failure === null)
    const [before, after] = [(await ask()).progress?.value, await sleep(500).then(ask)]
    expect(after.progress?.value).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY)
  })

  it('answers every message once over twenty deaths, with an epoch that grows', async () => {
    const messages: number[] = []
    for (let life = 1; life <= KILLS; life += 1) {
      for (let n = 0; n < 4; n += 1) messages.push(await say(`${life}.${n}`))
      const answered = (await replies()).length
      // Two hosts by turns, and a death at another moment of its work each time.
      const bot = startBot(100 + life, { host: life % 2 === 0 ? 'almaty' : 'spb' })
      await until(async () => (await replies()).length > answered)
      await sleep(life * 3)
      bot.child.kill('SIGKILL')
      await bot.exit
    }
    startBot(200)
    await until(async () => (await replies()).length === messages.length)
    const answers = await replies()
    expect(answers.map(({ update_id }) => update_id).sort((a, b) => a - b)).toEqual(messages)
    const epochs = answers.map(({ epoch }) => Number(epoch))
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
    const effects = await log()
    expect(effects.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(messages.length)
    const times = effects.map(({ mono_ms }) => mono_ms)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  }, 60_000)

  it('stops when a later leader has been at the sink, and has changed nothing', async () => {
    await say('one')
    const old = startBot(8)
    await until(async () => (await replies()).length === 1)
    old.child.kill('SIGSTOP')
    const next = startBot(9, { host: 'spb' })
    await say('two')
    await until(async () => (await replies()).length === 2)
    next.child.kill('SIGKILL')
    await next.exit
    await say('three')
    old.child.kill('SIGCONT')
    expect(await old.exit).toBe(3)
    expect(old.stderr).toContain('epoch 8 is over: 9')
    expect((await replies()).map(({ epoch }) => epoch)).toEqual(['8', '9'])
    expect((await log()).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'refused'])
  })

  it('sends what an earlier life wrote down and did not send, also when the chat service comes later', async () => {
    const id = await say('one')
    const first = startBot(8)
    await until(async () => (await replies()).length === 1)
    first.child.kill('SIGKILL')
    await first.exit
    // As if it had died between writing and sending, in the middle of the next line.
    const entry = { key: `update-${id + 1}`, updateId: id + 1, text: 'written before' }
    appendFileSync(join(folder, 'almaty', 'outbox.jsonl'), `${JSON.stringify({ add: entry })}\n{"off`)
    await say('two')
    const away = chat
    chat = `http://127.0.0.1:${await freePort()}`
    const second = startBot(9)
    await sleep(400)
    expect(second.child.exitCode).toBeNull()
    second.child.kill('SIGKILL')
    chat = away
    startBot(10)
    await until(async () => (await replies()).length === 2)
    expect((await replies()).at(-1)).toMatchObject({ update_id: id + 1, text: 'written before' })
  })

  it('has written down what it says before it says it', async () => {
    const path = join(folder, 'almaty', 'outbox.jsonl')
    const written = new Promise<string>((resolve) => {
      const server = createHttpServer((request, response) => {
        if (request.method === 'POST') resolve(readFileSync(path, 'utf8'))
        response.end(JSON.stringify({ updates: [{ id: 7, text: 'seven' }] }))
      })
      onTestFinished(() => server.closeAllConnections())
      server.listen(0, '127.0.0.1', () => {
        chat = `http://127.0.0.1:${(server.address() as { port: number }).port}`
        startBot(8)
      })
    })
    expect(await written).toContain('{"add":{"key":"update-7","updateId":7,"text":"you said: seven"}}')
  })

  it('keeps its outbox short', async () => {
    for (let n = 0; n < 30; n += 1) await say(`${n}`)
    const bot = startBot(8)
    await until(async () => (await replies()).length === 30)
    bot.child.kill('SIGKILL')
    await bot.exit
    const again = startBot(9)
    await say('last')
    await until(async () => (await replies()).length === 31)
    again.child.kill('SIGTERM')
    await again.exit
    const lines = readFileSync(join(folder, 'almaty', 'outbox.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(lines.length).toBeLessThanOrEqual(5)
  })

  it('shows progress while it works and ends within half a second', async () => {
    const port = await freePort()
    const bot = startBot(8, { port })
    const health = async () => (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Record<string, unknown>
    await until(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null)
    const first = await health()
    expect(first).toMatchObject({ ok: true, epoch: '8', host: 'almaty', mode: 'CHAIN', effects: 'all' })
    await sleep(200)
    expect((await health()).progress).toBeGreaterThan(Number(first.progress))
    const startMs = performance.now()
    bot.child.kill('SIGTERM')
    expect(await bot.exit).toBe(0)
    expect(performance.now() - startMs).toBeLessThan(500)
  })

  it('makes unfenced effects only where it may', async () => {
    const count = async () => (await log()).filter(({ outcome }) => outcome === 'unfenced').length
    await say('one')
    const bot = startBot(8, { notices: true })
    await until(async () => (await replies()).length === 1)
    expect(await count()).toBe(1)
    bot.child.kill('SIGKILL')
    await bot.exit
    await say('two')
    startBot(9, { notices: true, effects: 'none' })
    await until(async () => (await replies()).length === 2)
    expect(await count()).toBe(1)
  })

  it.each(['', 'eight'])('does not start with the epoch %j', async (epoch) => {
    const bot = startBot(epoch)
    expect(await bot.exit).toBe(78)
    expect(bot.stderr).toContain('MONTANA_EPOCH')
  })
})

describe('the example chat service', () => {
  const headers = (epoch: string, key = 'k1') => ({ 'montana-epoch': epoch, 'montana-idempotency-key': key })

  it('keeps the rule of the sink over its own death', async () => {
    await say('one')
    expect((await reply(headers('9'))).answer).toEqual({ accepted: true })
    expect((await reply(headers('9'))).answer).toEqual({ accepted: false })
    expect(await reply(headers('8', 'k2'))).toMatchObject({
      status: 409,
      answer: { code: 'EPOCH_STALE', highest: '9' },
    })
    // Another process on the same file: what one has seen the other knows.
    chat = await startChat()
    expect((await reply(headers('8', 'k2'))).status).toBe(409)
    expect((await reply(headers('18446744073709551615', 'k2'))).status).toBe(200)
    expect((await reply(headers('9', 'k3'))).status).toBe(409)
    expect((await log()).map(({ outcome }) => outcome)).toEqual([
      ...['accepted', 'duplicate', 'refused', 'refused', 'accepted', 'refused'],
    ])
  })

  it.each([
    [428, 'EPOCH_MISSING', {}],
    [428, 'EPOCH_MISSING', headers('0')],
    [428, 'EPOCH_MISSING', headers('08')],
    [428, 'EPOCH_MISSING', headers('18446744073709551616')],
    [428, 'IDEMPOTENCY_KEY_MISSING', { 'montana-epoch': '8' }],
  ])('answers %d %s to %j', async (status, code, given: Record<string, string>) => {
    const { status: got, answer } = await reply(given)
    expect([got, (answer.error as { code: string }).code]).toEqual([status, code])
    expect(await log()).toEqual([])
  })

  it('answers 400 to what is no reply', async () => {
    for (const body of [{}, { update_id: 'one' }, null]) expect((await reply(headers('8'), body)).status).toBe(400)
    const response = await fetch(`${chat}/replies`, { method: 'POST', headers: headers('8'), body: '{' })
    expect(response.status).toBe(400)
    expect(await replies()).toEqual([])
  })
})
