import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { readScriptEnvironment } from '../../src/script/environment.js'

const SECRET = 'ghp_notRealButLooksLikeOne0123456789abcd'

function refusal(environment: Record<string, string>): ConfigError {
  try {
    readScriptEnvironment({ GITHUB_REPOSITORY: 'owner/name', ...environment })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('the environment of the script', () => {
  it('takes what is set and empty for what is not set, as Actions hands it over', () => {
    const empty = { MIRROR_ENABLED: '', MIRROR_ROLE: '', MIRROR_NONCE: '', MASTER_TOKEN: '', SENTINEL_THRESHOLD: '' }
    const read = readScriptEnvironment({ GITHUB_REPOSITORY: 'owner/name', ...empty })
    expect(read).toMatchObject({ enabled: null, role: null, nonce: null, primaryToken: null, autoPromote: null })
    expect(read.sentinel).toEqual({ intervalMs: 1_800_000, threshold: 3 })
  })

  it.each([
    ['GITHUB_REPOSITORY', 'no-slash'],
    ['MIRROR_ENABLED', 'maybe'],
    ['SENTINEL_THRESHOLD', 'three'],
    ['MIRROR_FENCE_REPO', 'a/b/c'],
    ['MIRROR_FENCE_TOKEN', 'two words'],
    ['GITHUB_API_URL', 'http://api.example'],
    ['MIRROR_NONCE', '$(id)'],
  ])('refuses %s=%s and names it', (key, value) => {
    const error = refusal({ [key]: value })
    expect(error).toMatchObject({ exitCode: 78, field: key })
  })

  it('refuses half an App, and names what is missing', () => {
    expect(refusal({ MIRROR_SENTINEL_APP_ID: '17' })).toMatchObject({ field: 'MIRROR_SENTINEL_APP_KEY' })
  })

  it('refuses times under which two could act at once', () => {
    expect(refusal({ MIRROR_PERMIT_MINUTES: '170' })).toMatchObject({ field: 'MIRROR_STALENESS_MINUTES' })
    expect(refusal({ SENTINEL_INTERVAL_MINUTES: '19' })).toMatchObject({ field: 'SENTINEL_THRESHOLD' })
  })

  it('never repeats a secret', () => {
    expect(JSON.stringify(refusal({ MIRROR_FENCE_TOKEN: `${SECRET} x` }))).not.toContain(SECRET)
  })

  it('takes a replica for its own fence, and a primary for none', () => {
    const of = (role: string) => readScriptEnvironment({ GITHUB_REPOSITORY: 'owner/name', MIRROR_ROLE: role }).fence
    expect(of('TEMPORARY_MASTER')).toEqual({ owner: 'owner', name: 'name' })
    expect(of('MASTER')).toBeNull()
  })
})
