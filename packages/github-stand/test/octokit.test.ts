import { generateKeyPairSync } from 'node:crypto'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { throttling } from '@octokit/plugin-throttling'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkedStand } from './support/checked-stand.js'
import { seal } from './support/seal.js'

const Client = Octokit.plugin(throttling)
const REPOSITORY = { owner: 'alice', repo: 'replica' }

describe("GitHub's own client", () => {
  const held = checkedStand()
  let limited: string[]

  beforeEach(async () => {
    await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    limited = []
  })

  function client(auth: object = { auth: held.stand.createToken({ account: 'alice', scopes: ['repo'] }) }) {
    const onLimit = (kind: string) => (retryAfter: number) => {
      limited.push(`${kind} ${retryAfter}`)
      return false
    }
    return new Client({
      ...{ ...auth, baseUrl: held.stand.enterpriseApiUrl },
      throttle: { onRateLimit: onLimit('primary'), onSecondaryRateLimit: onLimit('secondary') },
    })
  }

  it('writes a secret and a variable', async () => {
    const octokit = client()
    const key = await octokit.request('GET /repos/{owner}/{repo}/actions/secrets/public-key', REPOSITORY)
    await octokit.request('PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}', {
      ...{ ...REPOSITORY, secret_name: 'API_KEY', key_id: key.data.key_id },
      encrypted_value: await seal(key.data.key, 'value'),
    })
    await octokit.request('POST /repos/{owner}/{repo}/actions/variables', {
      ...REPOSITORY,
      name: 'role',
      value: 'SLAVE',
    })
    const repository = held.stand.repository('alice/replica')
    expect([...repository.secrets, ...repository.variables]).toEqual([
      ['API_KEY', 'value'],
      ['ROLE', 'SLAVE'],
    ])
  })

  it('recognises both limits', async () => {
    const octokit = client()
    const read = () => octokit.request('GET /repos/{owner}/{repo}', REPOSITORY)
    held.stand.limits.configure({ pointsPerMinute: 0 })
    await expect(read()).rejects.toMatchObject({ status: 403 })
    held.stand.limits.configure({ pointsPerMinute: 900 })
    held.stand.limits.exhaust('alice')
    await expect(read()).rejects.toMatchObject({ status: 403 })
    expect(limited).toEqual(['secondary 60', expect.stringMatching(/^primary 3[56]\d\d$/)])
  })

  it('signs in as an App, also where the clocks differ by a day', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      ...{ modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const appId = held.stand.createApp({ slug: 'mirror', publicKey, permissions: { variables: 'read' } })
    const installationId = held.stand.installApp({ appId, account: 'alice' })
    for (const aheadMs of [0, 86_400_000]) {
      held.stand.clock.advance(aheadMs)
      const octokit = client({ authStrategy: createAppAuth, auth: { appId, privateKey, installationId } })
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/variables', REPOSITORY)
      expect(data.total_count).toBe(0)
    }
  })
})
