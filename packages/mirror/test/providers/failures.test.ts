import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { MirrorError } from '../../src/contracts/errors.js'
import { createGithubProvider, type Pace } from '../../src/providers/github/provider.js'
import { githubTarget } from '../support/github-target.js'
import { jumpingClock } from '../support/jumping-clock.js'
import { type Script, scriptedApi } from '../support/scripted-api.js'

const TOKEN = 'github_pat_thisMustNeverBeSeenAnywhere0001'
const SECRET_VALUE = 'the value of a secret that nobody may read'
const FOREIGN = 'words of a foreign server'
const never = new AbortController().signal
const noAccess = () => Promise.reject(new Error('not asked for'))

function providerAt(apiUrl: string, pace: Pace = {}) {
  const target = githubTarget({ apiUrl, credential: { kind: 'token', value: TOKEN } })
  const clock = jumpingClock()
  return {
    clock,
    provider: createGithubProvider(target, { clock, access: noAccess, pace: { retryUnitMs: 1, ...pace } }),
  }
}

async function failureWith(script: Script, pace?: Pace): Promise<MirrorError> {
  const { url } = await scriptedApi(script)
  const { provider } = providerAt(url, pace)
  const error = await provider.describe(never).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(MirrorError)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(TOKEN)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(FOREIGN)
  return error
}

const refusal = (status: number, headers = {}, message = FOREIGN): Script => {
  return (_request, reply) => reply.code(status).headers(headers).send({ message })
}

describe('what the provider answers becomes a code with a remedy', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each([
    [401, 'TARGET_AUTH'],
    [403, 'TARGET_FORBIDDEN'],
    [404, 'TARGET_NOT_FOUND'],
    [410, 'TARGET_NOT_FOUND'],
    [451, 'TARGET_NOT_FOUND'],
    [422, 'TARGET_ANSWER_INVALID'],
    [500, 'TARGET_UNREACHABLE'],
    [502, 'TARGET_UNREACHABLE'],
  ] as const)('%i is %s', async (status, code) => {
    const error = await failureWith(refusal(status))
    expect(error).toMatchObject({ code, metadata: { status } })
    expect(error.message).toContain('backup-account/orchestrator')
  })

  it('names the key of the slot in the remedy', async () => {
    expect((await failureWith(refusal(401))).remedy).toContain('MIRROR_3_TOKEN')
    const integration = await failureWith(refusal(403, {}, 'Resource not accessible by integration'))
    expect(integration).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    expect(integration.remedy).toContain('GITHUB_TOKEN')
  })

  it.each([
    ['429 with retry-after', refusal(429, { 'retry-after': '17' }), 17_000],
    ['403 with retry-after', refusal(403, { 'retry-after': '60' }, 'You have exceeded a secondary rate limit'), 60_000],
    ['a secondary limit without a header', refusal(403, {}, 'You have exceeded a secondary rate limit'), 60_000],
    ['429 without a header', refusal(429), 60_000],
  ])('%s says when to come back', async (_name, script, retryAfterMs) => {
    expect(await failureWith(script)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs })
  })

  it('a used-up hour ends at its reset', async () => {
    const resetS = jumpingClock().wallMs() / 1_000 + 1_800
    // Far enough on the real clock too, which the throttling of the client reads.
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetS + 10 * 365 * 86_400) }
    const error = await failureWith(refusal(403, headers))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: (1_800 + 10 * 365 * 86_400) * 1_000 + 1_000 })
  })

  it('bridges a short failure by itself', async () => {
    let failures = 2
    const { url, requests } = await scriptedApi((_request, reply) =>
      failures-- > 0
        ? reply.code(503).send({})
        : reply.send({ id: 7, full_name: 'a/b', default_branch: 'main', archived: false }),
    )
    await expect(providerAt(url).provider.describe(never)).resolves.toMatchObject({ id: 'github:7' })
    expect(requests).toHaveLength(3)
  })

  it('tells a repository that moved by its id, and follows no foreign address', async () => {
    const moved = { id: 4711, full_name: 'new-owner/orchestrator', default_branch: 'main', archived: false }
    const { url, requests } = await scriptedApi((request, reply) =>
      request.url.startsWith('/repositories/4711')
        ? reply.send(moved)
        : reply.code(301).header('location', 'https://elsewhere.example/repositories/4711').send({}),
    )
    const error = await providerAt(url)
      .provider.describe(never)
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'TARGET_MOVED', metadata: { id: 'github:4711' } })
    expect(error.remedy).toContain('MIRROR_3_REPO=new-owner/orchestrator')
    expect(requests.map((request) => request.url)).toEqual(['/repos/backup-account/orchestrator', '/repositories/4711'])
  })

  it('a redirect to anything else is no answer', async () => {
    const script: Script = (_request, reply) => reply.code(302).header('location', 'https://login.example/').send({})
    expect(await failureWith(script)).toMatchObject({ code: 'TARGET_ANSWER_INVALID' })
  })

  it.each([
    ['another JSON', (_q, reply) => reply.send({ id: 'seven', note: FOREIGN })],
    ['a page', (_q, reply) => reply.type('text/html').send(`<p>${FOREIGN}</p>`)],
    ['broken JSON', (_q, reply) => reply.type('application/json').send('{"id": 7')],
    ['more than it may send', (_q, reply) => reply.type('application/json').send('x'.repeat(5 * 2 ** 20))],
  ] satisfies [string, Script][])('%s is TARGET_ANSWER_INVALID', async (_name, script) => {
    expect(await failureWith(script)).toMatchObject({ code: 'TARGET_ANSWER_INVALID' })
  })

  it('a server that does not answer is unreachable, within the time of a request', async () => {
    const silent: Script = () => new Promise(() => {})
    expect(await failureWith(silent, { requestTimeoutMs: 50 })).toMatchObject({ code: 'TARGET_UNREACHABLE' })
  })

  it('a port where nobody listens is unreachable', async () => {
    const { provider } = providerAt('http://127.0.0.1:9')
    await expect(provider.describe(never)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
  })

  it('sends no token over plain http to another machine', async () => {
    const { provider } = providerAt('http://192.0.2.1')
    await expect(provider.describe(never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('stops at once when told to, also while it waits between tries', async () => {
    const { url } = await scriptedApi((_request, reply) => reply.code(503).send({}))
    const { provider } = providerAt(url, { retryUnitMs: 60_000 })
    const controller = new AbortController()
    const asked = provider.describe(controller.signal)
    setTimeout(() => controller.abort(), 100)
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('leaves no listener at the signal of its caller', async () => {
    const answers = [200, 503, 404]
    const { url } = await scriptedApi((_request, reply) => reply.code(answers.shift() ?? 401).send({}))
    const { signal } = new AbortController()
    const { provider } = providerAt(url)
    for (let calls = 0; calls < 3; calls++) await provider.secrets.delete('A', signal).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('writes nothing to the console, whatever happens', async () => {
    const written = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name))
    const headers = { deprecation: 'true', sunset: FOREIGN, link: '<https://x.example>; rel="deprecation"' }
    await failureWith(refusal(403, headers))
    for (const spy of written) expect(spy).not.toHaveBeenCalled()
  })

  it('the value of a secret is in no failure', async () => {
    const key = { key_id: '1', key: Buffer.alloc(32, 9).toString('base64') }
    const { url } = await scriptedApi((request, reply) =>
      request.method === 'GET' ? reply.send(key) : reply.code(403).send({ message: FOREIGN }),
    )
    const { provider } = providerAt(url)
    const error = await provider.secrets.put('NAME', SECRET_VALUE, never).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    for (const hidden of [TOKEN, SECRET_VALUE, FOREIGN, 'encrypted_value'])
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(hidden)
  })

  it('refuses names and values that the provider would not take, before it asks', async () => {
    const { url, requests } = await scriptedApi((_request, reply) => reply.code(500).send({}))
    const { provider } = providerAt(url)
    await expect(provider.secrets.put('GITHUB_X', 'x', never)).rejects.toMatchObject({ code: 'NAME_INVALID' })
    await expect(provider.variables.put('1X', 'x', never)).rejects.toMatchObject({ code: 'NAME_INVALID' })
    const long = 'ü'.repeat(24 * 1024 + 1)
    await expect(provider.secrets.put('X', long, never)).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    expect(requests).toHaveLength(0)
  })
})
