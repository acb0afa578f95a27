import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContext } from '../src/context.js'
import { createProgram } from '../src/program.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'montana-roster-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs the real program; what it prints as JSON, or its lines. Throws what it throws. */
async function montana(...args: readonly string[]): Promise<unknown> {
  const printed: unknown[] = []
  const context = {
    ...createContext().context,
    out: (text: string) => void printed.push(text),
    err: () => {},
    json: (value: unknown) => void printed.push(value),
  }
  await (await createProgram(context, args)).parseAsync(['node', 'montana', ...args])
  return args.includes('--json') ? printed[0] : printed.join('\n')
}
const codeOf = (...args: readonly string[]) => montana(...args).then(() => 'none', errorCode)
const roster = (verb: string, ...args: readonly string[]) => montana('roster', verb, at('roster.json'), ...args)

async function begin(): Promise<void> {
  await montana('keys', 'new', '--out', at('a.key'), '--id', 'alice')
  await montana(
    'keys',
    'operators',
    at('a.key.pub'),
    '--out',
    at('operators.json'),
    '--network',
    'vpn.test',
    '--threshold',
    '1',
  )
  await roster('create', '--network', 'vpn.test')
}
async function keygen(name: string, ...more: readonly string[]): Promise<string> {
  return (await montana('vpn', 'keygen', '--out', at(name), ...more)) as string
}
const place = (number: number) => ['--tunnel-ip', `10.66.0.${number}/32`, '--endpoint', `192.0.2.${number}:51820`]
const add = (label: string, number: number, key: string, ...more: readonly string[]) => {
  const node = ['--label', label, '--node-id', String(number).padEnd(64, '0'), '--wg-pub', key]
  return roster('add', ...node, ...place(number), ...more)
}

describe('montana roster and montana vpn keygen', () => {
  it('make a roster that a host accepts, and its next versions', async () => {
    await begin()
    const [a, b] = [await keygen('a.wg'), await keygen('b.wg')]
    expect((await stat(at('a.wg'))).mode & 0o777).toBe(0o600)
    expect(a).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect(await readFile(at('a.wg'), 'utf8')).not.toContain(a)
    await add('amsterdam', 1, a)
    await add('moscow', 2, b)
    await roster('sign', '--key', at('a.key'))
    const verify = () => roster('verify', '--operators', at('operators.json'), '--json')
    expect(await verify()).toMatchObject({
      version: 1,
      signers: ['alice'],
      active: ['amsterdam', 'moscow'],
      entries: 2,
    })
    expect(await roster('revoke', '--label', 'moscow', '--json')).toMatchObject({ version: 2, active: ['amsterdam'] })
    await expect(verify()).rejects.toThrow(expect.objectContaining({ code: 'DOC_SIGNATURES' }))
    await roster('sign', '--key', at('a.key'))
    expect(await verify()).toMatchObject({ version: 2, active: ['amsterdam'], entries: 2 })
    const revoked = await readFile(at('roster.json'), 'utf8')
    const moved = ['--label', 'moscow', '--endpoint', '192.0.2.9:51820']
    expect(await codeOf('roster', 'add', at('roster.json'), ...moved)).toBe('USAGE')
    expect(await readFile(at('roster.json'), 'utf8')).toBe(revoked)
    await roster('add', ...moved, '--wg-pub', await keygen('c.wg'))
    expect(await roster('show', '--json')).toMatchObject({ version: 3, entries: [{}, { state: 'revoked' }, {}] })
  })

  it('make the key of a host that has no label yet, where the configuration says', async () => {
    await writeFile(at('fleet.yaml'), `operators: ${at('operators.json')}\nstate: ${at('state')}\n`)
    const key = await montana('vpn', 'keygen', '--config', at('fleet.yaml'))
    expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect((await stat(at('state/vpn/private.key'))).mode & 0o777).toBe(0o600)
  })

  it('let one key of a host end where the next one begins', async () => {
    await begin()
    await add('amsterdam', 1, await keygen('a.wg'))
    const next = await keygen('a.wg', '--next')
    const from = new Date(Date.now() + 3_600_000).toISOString()
    await roster('add', '--label', 'amsterdam', '--wg-pub', next, '--valid-from', from)
    const { entries } = (await roster('show', '--json')) as { entries: Record<string, unknown>[] }
    expect(entries).toMatchObject([
      { tunnelIp: '10.66.0.1/32', validTo: from, isInForce: true },
      { tunnelIp: '10.66.0.1/32', validFrom: from, wgPub: next, isInForce: false },
    ])
    expect(await roster('show')).toMatch(/not now/)
  })

  it('refuse what no host would take, and leave the file as it was', async () => {
    await begin()
    const key = await keygen('a.wg')
    await add('amsterdam', 1, key)
    const before = await readFile(at('roster.json'), 'utf8')
    const other = await keygen('b.wg')
    const entry = (...args: readonly string[]) => ['roster', 'add', at('roster.json'), '--label', 'moscow', ...args]
    const node = ['--node-id', 'ab'.repeat(32)]
    const codes = [
      await codeOf(...entry(...node, '--wg-pub', key, ...place(2))),
      await codeOf(...entry(...node, '--wg-pub', other, ...place(1))),
      await codeOf(...entry(...node, '--wg-pub', 'short', ...place(2))),
      await codeOf(...entry(...node, '--wg-pub', other, ...place(2), '--valid-from', 'tomorrow')),
      await codeOf(...entry(...place(2))),
      await codeOf('roster', 'revoke', at('roster.json'), '--label', 'nobody'),
      await codeOf('roster', 'create', at('roster.json'), '--network', 'vpn.test'),
      await codeOf('vpn', 'keygen', '--out', at('a.wg')),
    ]
    expect(codes).toEqual([
      ...['DOC_INVALID', 'DOC_INVALID', 'DOC_INVALID', 'USAGE', 'USAGE'],
      ...['DOC_INVALID', 'FILE_EXISTS', 'FILE_EXISTS'],
    ])
    expect(await readFile(at('roster.json'), 'utf8')).toBe(before)
  })
})
