import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { PermissionCheck } from '../../src/contracts/provider.js'
import { dateMs } from '../../src/providers/github/provider-clock.js'
import { ALL_PERMISSIONS, NAME, type OnStand, OWNER, onStand } from '../support/on-stand.js'
import { WORKFLOW_FILES } from '../support/workflow-files.js'

const never = new AbortController().signal

async function checksOf({ provider }: OnStand): Promise<Record<string, PermissionCheck['granted']>> {
  const granted: Record<string, PermissionCheck['granted']> = {}
  for await (const check of provider.test(never)) granted[check.name] = check.granted
  return granted
}

describe('the provider github', () => {
  it('describes by numeric id, on github.com and on an Enterprise Server', async () => {
    for (const enterprise of [false, true]) {
      const at = await onStand({ enterprise })
      await expect(at.provider.describe(never)).resolves.toEqual({
        id: `github:${at.repository.id}`,
        canonicalName: `${OWNER}/${NAME}`,
        defaultBranch: 'main',
        archived: false,
      })
    }
  })

  it('a renamed repository is told by its id', async () => {
    const at = await onStand()
    at.repository.rename('new-name')
    await expect(at.provider.describe(never)).rejects.toMatchObject({
      code: 'TARGET_MOVED',
      metadata: { id: `github:${at.repository.id}`, canonicalName: `${OWNER}/new-name` },
    })
  })

  it('tells the time of its provider, whatever the own clock says', async () => {
    const at = await onStand()
    for (const days of [0, 1, -3]) {
      at.stand.clock.advance(days * 86_400_000)
      const beforeMs = Math.floor(at.stand.clock.nowMs() / 1_000) * 1_000
      const toldMs = (await at.provider.clock.nowMs(never)) ?? 0
      expect(toldMs % 1_000).toBe(0)
      expect(toldMs).toBeGreaterThanOrEqual(beforeMs)
      expect(toldMs).toBeLessThanOrEqual(at.stand.clock.nowMs())
    }
    expect([dateMs({}), dateMs({ date: 'soon' })]).toEqual([null, null])
    expect(dateMs({ date: 'Sun, 06 Nov 1994 08:49:37 GMT' })).toBe(784_111_777_000)
  })

  it('writes one at a time, a second apart', async () => {
    const at = await onStand()
    await Promise.all(['A', 'B', 'C'].map((name) => at.provider.secrets.put(name, 'x', never)))
    const times = at.stand.requests
      .list()
      .filter(({ method }) => method === 'PUT')
      .map(({ atMs }) => atMs)
    expect(times).toHaveLength(3)
    for (const [index, atMs] of times.slice(1).entries())
      expect(atMs - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_000)
  })

  it('gives git the token in hand', async () => {
    const at = await onStand()
    await expect(at.provider.gitAccess(never)).resolves.toMatchObject({ secrets: [at.token] })
  })

  it('reads files and tips without a clone', async () => {
    const at = await onStand()
    const { contents } = at.provider
    expect(await contents.tip('main', never)).toBeNull()
    const commit = await at.repository.commit({ files: { 'state/current.json': '{"ü": 1}\n' } })
    expect(await contents.file('state/current.json', null, never)).toBe('{"ü": 1}\n')
    expect(await contents.file('state/other.json', null, never)).toBeNull()
    expect(await contents.tip('main', never)).toBe(commit)
    expect(await contents.tip('refs/montana/epoch', never)).toBeNull()
    await at.repository.delete()
    await expect(contents.file('state/current.json', null, never)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    await expect(contents.tip('main', never)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  })
})

describe('dispatch', () => {
  it.each([false, true])('names the run that it started (Enterprise Server: %s)', async (isEnterprise) => {
    const product = isEnterprise ? ('ghes' as const) : ('github.com' as const)
    const at = await onStand({ stand: { product }, enterprise: isEnterprise })
    await at.repository.commit({ files: WORKFLOW_FILES })
    const { workflows } = at.provider
    const other = await workflows.dispatch('check.yml', 'main', { nonce: 'first' }, never)
    const id = await workflows.dispatch('check.yml', 'main', { nonce: 'second' }, never)
    expect(id).not.toBe(other)
    const [newest] = at.repository.listRuns()
    expect(newest).toMatchObject({ id, inputs: { nonce: 'second' } })
    expect((await workflows.inProgress('check.yml', never)).map((run) => run.id).sort()).toEqual([other, id].sort())
    await workflows.cancel(other, never)
    await workflows.cancel(other, never)
    expect(await workflows.run(id, never)).toMatchObject({ id, conclusion: null })
  })

  it('is never sent twice, whatever happens to the answer', async () => {
    const at = await onStand()
    await at.repository.commit({ files: WORKFLOW_FILES })
    at.stand.faults.add({ match: { method: 'POST', path: /dispatches$/ }, resetAfter: true })
    const started = at.provider.workflows.dispatch('check.yml', 'main', { nonce: 'once' }, never)
    await expect(started).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
    expect(at.repository.listRuns()).toHaveLength(1)
  })
})

describe('what a credential may', () => {
  it('everything', async () => {
    const at = await onStand()
    expect(await checksOf(at)).toEqual({
      Metadata: true,
      Contents: true,
      Workflows: 'unknown',
      Secrets: true,
      Variables: true,
      Actions: true,
      Administration: true,
    })
    expect(at.repository.secrets.size + at.repository.variables.size).toBe(0)
    expect((await at.repository.refs()).size).toBe(0)
  })

  it.each([
    ['contents', 'Contents'],
    ['secrets', 'Secrets'],
    ['variables', 'Variables'],
    ['actions', 'Actions'],
    ['administration', 'Administration'],
  ] as const)('only reading of %s shows', async (permission, name) => {
    const permissions = { ...ALL_PERMISSIONS, [permission]: 'read' as const }
    const at = await onStand({
      credential: (stand) => ({ kind: 'token', value: stand.createToken({ account: OWNER, permissions }) }),
    })
    const granted = await checksOf(at)
    expect(Object.entries(granted).filter(([, value]) => value === false)).toEqual([[name, false]])
  })

  it('a classic token tells its scopes; the token of a workflow run can write neither secrets nor variables', async () => {
    const classic = (scopes: readonly ('repo' | 'workflow')[]) =>
      onStand({ credential: (stand) => ({ kind: 'token', value: stand.createToken({ account: OWNER, scopes }) }) })
    expect(await checksOf(await classic(['repo', 'workflow']))).toMatchObject({ Workflows: true, Secrets: true })
    expect(await checksOf(await classic(['repo']))).toMatchObject({ Workflows: false, Secrets: true })
    const run = await onStand({
      credential: (stand) => ({
        kind: 'token',
        value: stand.createWorkflowToken(`${OWNER}/${NAME}`, ALL_PERMISSIONS),
      }),
    })
    expect(await checksOf(run)).toMatchObject({ Contents: true, Secrets: false, Variables: false })
    const failure = await run.provider.variables.put('A', 'x', never).catch((error) => error)
    expect(failure.remedy).toContain('GITHUB_TOKEN')
  })

  it('tells when the token ends, and that it has ended', async () => {
    const expiresInMs = 10 * 24 * 3_600_000
    const at = await onStand({
      credential: (stand) => ({
        kind: 'token',
        value: stand.createToken({ account: OWNER, permissions: ALL_PERMISSIONS, expiresInMs }),
      }),
    })
    expect(at.provider.credentialExpiry()).toBeNull()
    await at.provider.describe(never)
    expect(Math.abs((at.provider.credentialExpiry() ?? 0) - at.clock.wallMs() - expiresInMs)).toBeLessThan(5_000)
    at.stand.clock.advance(expiresInMs)
    await expect(at.provider.describe(never)).rejects.toMatchObject({ code: 'TARGET_AUTH' })
  })
})

describe('scenario 14: what goes wrong has its code', () => {
  it('a revoked token, an account that is gone, an hour that is used up, a secondary limit', async () => {
    const at = await onStand()
    at.stand.limits.exhaust(OWNER)
    const used = await at.provider.describe(never).catch((error) => error)
    expect(used).toMatchObject({ code: 'RATE_LIMITED' })
    expect(used.retryAfterMs).toBeGreaterThan(3_500_000)
    at.stand.clock.advance(3_600_000)
    at.stand.limits.configure({ pointsPerMinute: 0 })
    await expect(at.provider.describe(never)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 })
    at.stand.limits.configure({ pointsPerMinute: 900, exhaustedStatus: 429 })
    at.stand.limits.exhaust(OWNER)
    await expect(at.provider.describe(never)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    at.stand.clock.advance(3_600_000)
    at.stand.revokeToken(at.token)
    const revoked = await at.provider.describe(never).catch((error) => error)
    expect(revoked).toMatchObject({ code: 'TARGET_AUTH' })
    expect(inspect(revoked, { depth: 10, showHidden: true })).not.toContain(at.token)
  })

  it('an account that is gone', async () => {
    const at = await onStand()
    await at.repository.delete()
    await expect(at.provider.describe(never)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    at.stand.removeAccount(OWNER)
    await expect(at.provider.describe(never)).rejects.toMatchObject({ code: 'TARGET_AUTH' })
  })
})

describe('an App instead of a token', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const privateKeyPem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

  async function onApp(known: boolean, permissions = ALL_PERMISSIONS): Promise<OnStand> {
    return await onStand({
      credential: (stand) => {
        const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
        const appId = stand.createApp({ slug: 'mirror', publicKey: spki, permissions })
        const id = stand.installApp({ appId, account: OWNER, repositories: [`${OWNER}/${NAME}`] })
        return { kind: 'app', appId: String(appId), privateKeyPem, installationId: known ? String(id) : null }
      },
    })
  }

  it.each([true, false])(
    'is asked once for a narrowed token, and again after 50 minutes (installation known: %s)',
    async (known) => {
      const at = await onApp(known)
      const asked = () => at.lines().filter((line) => line.endsWith('/access_tokens')).length
      await at.provider.describe(never)
      await at.provider.secrets.put('A', 'x', never)
      expect(asked()).toBe(1)
      at.stand.clock.advance(49 * 60_000)
      await at.provider.describe(never)
      expect(asked()).toBe(0)
      at.stand.clock.advance(2 * 60_000)
      await at.provider.describe(never)
      expect(asked()).toBe(1)
      await expect(at.provider.gitAccess(never)).resolves.toMatchObject({ secrets: [expect.stringMatching(/^ghs_/)] })
      expect(await checksOf(at)).toMatchObject({
        Workflows: true,
        Secrets: true,
        Variables: true,
        Administration: true,
      })
    },
  )

  it('gets a new token when the old one is not accepted', async () => {
    const at = await onApp(true)
    await at.provider.describe(never)
    at.stand.revokeToken((await at.provider.gitAccess(never)).secrets[0] ?? '')
    await expect(at.provider.describe(never)).resolves.toMatchObject({ canonicalName: `${OWNER}/${NAME}` })
  })

  it('what the installation does not grant is not asked for, and named by the test', async () => {
    const { administration: _left, workflows: _out, ...fewer } = ALL_PERMISSIONS
    const at = await onApp(true, fewer as typeof ALL_PERMISSIONS)
    expect(await checksOf(at)).toMatchObject({ Workflows: false, Secrets: true, Administration: false })
  })

  it('a key of somebody else is TARGET_AUTH and shows nothing', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    const pem = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    const at = await onStand({
      credential: (stand) => {
        const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
        const appId = stand.createApp({ slug: 'mirror', publicKey: spki, permissions: ALL_PERMISSIONS })
        return { kind: 'app', appId: String(appId), privateKeyPem: pem, installationId: null }
      },
    })
    const failure = await at.provider.describe(never).catch((error) => error)
    expect(failure).toMatchObject({ code: 'TARGET_AUTH' })
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/eyJ|PRIVATE KEY/)
  })
})
