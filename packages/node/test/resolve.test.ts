import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../src/config/resolve.js'
import { checkSecurity } from '../src/config/security.js'
import { START_OPTIONS } from '../src/config/start-options.js'

const folder = mkdtempSync(join(tmpdir(), 'montana-config-'))

function file(content: string): string {
  const path = join(folder, `${Math.abs(Buffer.from(content).reduce((a, b) => (a * 31 + b) | 0, 7))}.yaml`)
  writeFileSync(path, content)
  return path
}

function resolve(layers: { flags?: Record<string, string | boolean>; env?: Record<string, string>; file?: string }) {
  return resolveOptions(START_OPTIONS, { flags: layers.flags ?? {}, environment: layers.env ?? {}, file: layers.file })
}

function faultOf(layers: Parameters<typeof resolve>[0]): ConfigError {
  try {
    resolve(layers)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('expected a ConfigError')
}

describe('settings', () => {
  it('follow one precedence: flag, environment, file, default', () => {
    const path = file('minWindowMs: 3\nlabel: from-file\nverify: full\n')
    const env = { MONTANA_MIN_WINDOW_MS: '2', MONTANA_LABEL: 'from-env' }
    const { values, origins } = resolve({ flags: { minWindowMs: '1' }, env, file: path })
    expect(values).toMatchObject({ minWindowMs: 1, label: 'from-env', verify: { kind: 'full' }, solo: false })
    expect(origins).toMatchObject({ minWindowMs: 'flag', label: 'environment', verify: 'file', solo: 'default' })
  })

  it('read JSON files too', () => {
    expect(resolve({ file: file('{"statusListen": "127.0.0.1:0"}') }).values.statusListen.port).toBe(0)
  })

  it('name the profiles of the transport as text or as a list', () => {
    const of = (content: string) => resolve({ file: file(content) }).values
    expect(of('{}')).toMatchObject({ transportSecurity: ['hybrid', 'pq'], transportRequireHybrid: false })
    expect(of('transportSecurity: [hybrid, pq]').transportSecurity).toEqual(['hybrid', 'pq'])
    expect(of('transportSecurity: hybrid').transportSecurity).toEqual(['hybrid'])
    expect(of('transportRequireHybrid: true').transportRequireHybrid).toBe(true)
    const peerIds = ['QmauxcmJxwGYWGLRc7TjUCvXbcgXH6JrTPnzRoPQwpFGAz', 'QmRGgsMPmgFbpn24xHSJ1jC2j3qZy4YvUkY4SP6s5cGqcj']
    const flags = { transportRequireHybrid: peerIds.join(',') }
    expect(resolve({ flags }).values.transportRequireHybrid).toEqual(peerIds)
  })

  it('refuse a required profile that is not offered', () => {
    expect(() => checkSecurity(['pq'], true)).toThrow('transportSecurity does not offer it')
    expect(() => checkSecurity(['pq'], false)).not.toThrow()
    expect(() => checkSecurity(['hybrid'], true)).not.toThrow()
  })

  it.each([
    [{ flags: { minWindowMs: '-1' } }, 'minWindowMs', "--min-window-ms '-1'"],
    [{ env: { MONTANA_VERIFY: 'sample:65' } }, 'verify', "MONTANA_VERIFY 'sample:65'"],
    [{ flags: { checkpoint: '7:abcd' } }, 'checkpoint', '--checkpoint'],
    [{ flags: { listen: '127.0.0.1:8444' } }, 'listen', '--listen'],
    [{ flags: { statusListen: '8446' } }, 'statusListen', '--status-listen'],
    [{ flags: { transportSecurity: 'noise' } }, 'transportSecurity', "--transport-security 'noise'"],
    [{ flags: { transportSecurity: 'pq,hybrid' } }, 'transportSecurity', 'is not a list of profiles'],
    [{ env: { MONTANA_TRANSPORT_REQUIRE_HYBRID: 'Qm1' } }, 'transportRequireHybrid', 'neither true, false nor a list'],
    [{ file: file('logLevel: loud') }, 'logLevel', "logLevel 'loud'"],
    [{ file: file('minWindow: 5') }, 'minWindow', "key 'minWindow' is not a setting"],
    [{ file: file('label: [1]') }, 'label', 'single value'],
    [{ file: file('- a\n- b') }, 'config', 'not a map'],
    [{ file: file('a: [') }, 'config', 'cannot read'],
    [{ file: join(folder, 'absent.yaml') }, 'config', 'ENOENT'],
    [{ env: { MONTANA_MIN_WINDOWS: '5' } }, 'MONTANA_MIN_WINDOWS', 'MONTANA_MIN_WINDOWS'],
  ])('%o is refused with the field, the value and a remedy', (layers, field, words) => {
    const error = faultOf(layers)
    expect(error.exitCode).toBe(78)
    expect(error.field).toBe(field)
    expect(error.message).toContain(words)
    expect(error.remedy).toBeTruthy()
  })

  it('leave the reserved names of other commands alone', () => {
    expect(resolve({ env: { MONTANA_EPOCH: '5', MONTANA_NATIVE: 'off', PATH: '/bin' } }).origins.label).toBe('default')
  })
})
