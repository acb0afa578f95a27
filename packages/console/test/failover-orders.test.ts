import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MontanaError, UsageError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import type { FailoverView } from '../src/api/failover-views.js'
import type { ErrorView } from '../src/api/views.js'
import type { ConsoleOptions } from '../src/index.js'
import { agent, agentStatus, type Host } from './support/agent.js'
import { started, tempFolder } from './support/console.js'

const TOKEN = 'x'.repeat(32)
const GROUP = { group: 'montana-5', reason: 'maintenance' }
const PROMOTE = { ...GROUP, policy: 'serve', host: 'spb', confirm: 'spb' }
const STEP_DOWN = { ...GROUP, host: 'amsterdam', confirm: 'amsterdam', forMs: 60_000 }

const seenBy = (self: Host) => agent(self, () => agentStatus({ self }))

async function bench(options: Partial<ConsoleOptions> = {}) {
  const agents = { amsterdam: seenBy('amsterdam'), spb: seenBy('spb') }
  const failover = Object.values(agents)
  const { url } = await started({ failover, token: TOKEN, operator: 'root', ...options })
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const init = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers }
    const response = await fetch(`${url}/api/failover/${path}`, {
      method: 'POST',
      headers: init,
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      body: (await response.json()) as ErrorView & { accepted?: boolean; text?: string },
    }
  }
  const orders = async () => ((await (await fetch(`${url}/api/failover`)).json()) as FailoverView).orders
  const commands = () => failover.flatMap((one) => one.commands)
  return { ...agents, post, orders, commands }
}

describe('orders to a failover group', () => {
  it('go to whoever decides: the leader, the host itself, or any', async () => {
    const { amsterdam, spb, post } = await bench()
    const by = 'root (console)'
    expect(await post('promote', PROMOTE)).toEqual({ status: 200, body: { accepted: true, text: 'done' } })
    expect((await post('step-down', STEP_DOWN)).status).toBe(200)
    expect((await post('pause', { ...GROUP, forMs: 1_000 })).status).toBe(200)
    expect((await post('resume', GROUP)).status).toBe(200)
    expect(amsterdam.commands).toEqual([
      { kind: 'promote', policy: 'serve', host: 'spb', reason: 'maintenance', by, isForced: false },
      { kind: 'step-down', forMs: 60_000, reason: 'maintenance', by },
      { kind: 'pause', forMs: 1_000, reason: 'maintenance', by },
      { kind: 'resume', reason: 'maintenance', by },
    ])
    await post('step-down', { ...STEP_DOWN, host: 'spb', confirm: 'spb' })
    expect(spb.commands).toHaveLength(1)
  })

  it.each([
    ['another name was typed', 'promote', { ...PROMOTE, confirm: 'almaty' }, 'confirm'],
    ['no name was typed', 'step-down', { ...STEP_DOWN, confirm: undefined }, 'confirm'],
    ['no reason', 'pause', { group: 'montana-5', forMs: 1_000 }, 'reason'],
    ['a reason with a line end', 'resume', { ...GROUP, reason: 'a\nb' }, 'reason'],
    ['more than a day', 'pause', { ...GROUP, forMs: 86_400_001 }, 'forMs'],
    ['an unknown field', 'resume', { ...GROUP, sudo: true }, 'sudo'],
    ['a name that is none', 'promote', { ...PROMOTE, policy: '../serve' }, 'policy'],
  ])('are refused before anybody is asked: %s', async (_, path, body, field) => {
    const { post, commands, orders } = await bench()
    const answer = await post(path, body)
    expect([answer.status, answer.body.error.field]).toEqual([422, field])
    expect([commands(), await orders()]).toEqual([[], []])
  })

  it.each([
    ['no token', { authorization: '' }, 401, 'TOKEN'],
    ['another token', { authorization: `Bearer ${'y'.repeat(32)}` }, 401, 'TOKEN'],
    ['the page of another site', { origin: 'https://evil.example' }, 403, 'ORIGIN'],
    ['a form', { 'content-type': 'text/plain' }, 415, 'MEDIA_TYPE'],
  ])('are refused with %s', async (_, headers, status, code) => {
    const { post, commands, orders } = await bench()
    const answer = await post('promote', PROMOTE, headers)
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    expect([commands(), await orders()]).toEqual([[], []])
  })

  it('are refused by a console without a token, and those that are oversized', async () => {
    const readOnly = await bench({ token: undefined })
    expect((await readOnly.post('resume', GROUP)).body.error.code).toBe('READ_ONLY')
    const { post, commands } = await bench()
    expect((await post('resume', { ...GROUP, reason: 'x'.repeat(20_000) })).status).toBe(413)
    expect([...commands(), ...readOnly.commands()]).toEqual([])
  })

  it('need a group that is there, and for a step-down the agent of that host', async () => {
    const { post, commands } = await bench()
    expect(await post('resume', { ...GROUP, group: 'other' })).toMatchObject({ status: 404 })
    const elsewhere = await post('step-down', { ...STEP_DOWN, host: 'almaty', confirm: 'almaty' })
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([409, 'AGENT_UNREACHABLE'])
    expect(commands()).toEqual([])
  })

  it.each([
    ['a rule', { accepted: false, rule: 'D5', text: 'spb leads already' }, 409, 'RULE_REFUSED', 'refused'],
    [
      'a name',
      new UsageError('there is no policy x', { field: 'policy', remedy: 'see' }),
      422,
      'FIELD_INVALID',
      'failed',
    ],
    ['the channel', new MontanaError('CHANNEL_REFUSED', 'spb cannot be told'), 502, 'AGENT_REFUSED', 'failed'],
    ['silence', new MontanaError('AGENT_UNREACHABLE', '/run/x.sock'), 503, 'AGENT_UNREACHABLE', 'failed'],
    ['nonsense', { yes: true }, 502, 'AGENT_REFUSED', 'failed'],
  ])('say what the agent says: %s', async (_, answer, status, code, outcome) => {
    const { amsterdam, post, orders } = await bench()
    amsterdam.answer = answer
    const told = await post('promote', PROMOTE)
    expect([told.status, told.body.error.code]).toEqual([status, code])
    expect(await orders()).toMatchObject([{ kind: 'promote', outcome }])
    expect(JSON.stringify([told, await orders()])).not.toContain('/run/')
  })
})

describe('the audit of orders', () => {
  it('has every order before it is given and what came of it, and is read again', async () => {
    const auditPath = join(tempFolder(), 'audit.jsonl')
    const { post, orders } = await bench({ auditPath })
    await post('promote', PROMOTE)
    await post('resume', GROUP)
    const lines = readFileSync(auditPath, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ event }) => event)).toEqual(['asked', 'accepted', 'asked', 'accepted'])
    expect(lines[0]).toMatchObject({ kind: 'promote', host: 'spb', reason: 'maintenance', by: 'root (console)' })
    expect(readFileSync(auditPath, 'utf8')).not.toContain(TOKEN)
    const before = await orders()
    expect(before.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['resume', 'accepted'],
      ['promote', 'accepted'],
    ])
    expect(await (await bench({ auditPath })).orders()).toEqual(before)
  })

  it('loses nothing behind a line that was cut', async () => {
    const auditPath = join(tempFolder(), 'audit.jsonl')
    const { post } = await bench({ auditPath })
    await post('promote', PROMOTE)
    appendFileSync(auditPath, '{"event":"asked","id":"')
    await post('resume', GROUP)
    const orders = await (await bench({ auditPath })).orders()
    expect(orders.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['resume', 'accepted'],
      ['promote', 'accepted'],
    ])
    expect(readFileSync(auditPath, 'utf8')).not.toContain('\n\n')
  })

  it('keeps an order from being given that cannot be written down', async () => {
    const auditPath = join(tempFolder(), 'audit.jsonl')
    const { post, commands } = await bench({ auditPath })
    mkdirSync(auditPath)
    const answer = await post('resume', GROUP)
    expect([answer.status, answer.body.error.code]).toEqual([500, 'AUDIT_FAILED'])
    expect(commands()).toEqual([])
  })
})
