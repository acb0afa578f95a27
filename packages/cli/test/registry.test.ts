import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeIdentity } from '@montana/failover'
import { errorCode } from '@montana/foundation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContext } from '../src/context.js'
import { createProgram } from '../src/program.js'

let folder: string
const at = (name: string) => join(folder, name)
const mode = async (path: string) => (await stat(path)).mode & 0o777

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'montana-registry-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs the real program; what it prints as JSON, or its lines. Throws what it throws. */
async function montana(...args: readonly string[]): Promise<unknown> {
  const printed: unknown[] = []
  const context = {
    ...createContext().context,
    out: (text: string) => void printed.push(text),
    json: (value: unknown) => void printed.push(value),
  }
  await (await createProgram(context)).parseAsync(['node', 'montana', ...args])
  return args.includes('--json') ? printed[0] : printed.join('\n')
}

async function codeOf(...args: readonly string[]): Promise<string> {
  return await montana(...args).then(() => 'none', errorCode)
}

async function makeFleet(): Promise<void> {
  await montana('keys', 'new', '--out', at('a.key'), '--id', 'alice', '--label', 'Alice A.')
  await montana('keys', 'new', '--out', at('b.key'), '--id', 'bob')
  const operators = [at('a.key.pub'), at('b.key.pub'), '--out', at('operators.json')]
  await montana('keys', 'operators', ...operators, '--network', 'montana.test', '--threshold', '2')
  await montana('keys', 'identity', '--out', at('amsterdam'))
  await montana('keys', 'identity', '--out', at('w1'))
  await montana('registry', 'create', at('registry.json'), '--network', 'montana.test')
}

const addAmsterdam = (...more: readonly string[]) => {
  const host = ['--host', 'amsterdam', '--key', at('amsterdam/identity.pub.json'), '--address', '192.0.2.10']
  return montana('registry', 'add', at('registry.json'), ...host, ...more)
}
const sign = (key: string) => montana('registry', 'sign', at('registry.json'), '--key', at(key))
const verify = () => montana('registry', 'verify', at('registry.json'), '--operators', at('operators.json'), '--json')

describe('montana keys and montana registry', () => {
  it('make a registry that a host accepts', async () => {
    await makeFleet()
    expect([await mode(at('a.key')), await mode(at('a.key.pub'))]).toEqual([0o600, 0o644])
    expect([await mode(at('amsterdam')), await mode(at('amsterdam/identity.bin'))]).toEqual([0o700, 0o600])
    await addAmsterdam('--domain', 'provider=p1', 'country=NL', '--label', 'Amsterdam 1', '--new')
    await montana('registry', 'add', at('registry.json'), '--witness', 'w1', '--key', at('w1/identity.pub.json'))
    await sign('a.key')
    await expect(verify()).rejects.toThrow(expect.objectContaining({ code: 'DOC_SIGNATURES', exitCode: 1 }))
    await sign('b.key')
    expect(await verify()).toMatchObject({
      version: 1,
      signers: ['alice', 'bob'],
      threshold: 2,
      hosts: 1,
      witnesses: 1,
    })
    const { address } = await openNodeIdentity(at('amsterdam'))
    expect(await montana('registry', 'show', at('registry.json'), '--json')).toMatchObject({
      signedBy: ['alice', 'bob'],
      hosts: [
        {
          name: 'amsterdam',
          label: 'Amsterdam 1',
          keyAddress: address,
          isNew: true,
          isRevoked: false,
          domainOfFailure: { provider: 'p1', country: 'NL' },
        },
      ],
      witnesses: [{ name: 'w1' }],
    })
    expect(await montana('registry', 'show', at('registry.json'))).toContain('(not verified)')
  })

  it('a change of a signed registry is the draft of its next version', async () => {
    await makeFleet()
    await addAmsterdam('--new')
    await sign('a.key')
    await sign('b.key')
    await montana('registry', 'add', at('registry.json'), '--host', 'amsterdam', '--established', '--revoke')
    const shown = await montana('registry', 'show', at('registry.json'), '--json')
    expect(shown).toMatchObject({ version: 2, signedBy: [], hosts: [{ isNew: false, isRevoked: true }] })
    await expect(verify()).rejects.toThrow(expect.objectContaining({ code: 'DOC_SIGNATURES' }))
  })

  it('a key is replaced with the signature of the one before', async () => {
    await makeFleet()
    await addAmsterdam()
    await montana('keys', 'identity', '--out', at('successor'))
    const successor = ['--key', at('successor/identity.pub.json')]
    const old = ['--identity', at('amsterdam'), '--host', 'amsterdam', '--network', 'montana.test']
    await montana('keys', 'rotate', ...old, ...successor, '--out', at('previous.json'), '--hours', '168')
    const replace = ['registry', 'add', at('registry.json'), '--host', 'amsterdam', ...successor]
    await montana(...replace, '--previous', at('previous.json'))
    const shown = await montana('registry', 'show', at('registry.json'), '--json')
    expect(shown).toMatchObject({ hosts: [{ keyAddress: (await openNodeIdentity(at('successor'))).address }] })
    expect(shown).toMatchObject({ hosts: [{ previousValidUntil: expect.stringMatching(/Z$/) }] })
    const stranger = ['--host', 'amsterdam', '--key', at('w1/identity.pub.json'), '--previous', at('previous.json')]
    expect(await codeOf('registry', 'add', at('registry.json'), ...stranger)).toBe('DOC_INVALID')
  })

  it('hosts of the older registry are imported, twice as once', async () => {
    await makeFleet()
    const public_key = Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => i)).toString('hex')
    const entry = { public_key, node_name: 'spb', alias: 'SPB', ip: '192.0.2.40' }
    await writeFile(at('nodes.json'), JSON.stringify({ mt630dcd2966c4336691125448bbb25b4ff412a49c: entry }))
    const add = ['registry', 'add', at('registry.json'), '--import-legacy', at('nodes.json')]
    await montana(...add)
    expect(await montana(...add, '--json')).toMatchObject({ version: 1, hosts: ['spb'] })
  })

  it('say what is wrong, and replace no file', async () => {
    await makeFleet()
    const file = at('registry.json')
    expect(await codeOf('keys', 'new', '--out', at('a.key'), '--id', 'eve')).toBe('FILE_EXISTS')
    expect(await codeOf('keys', 'new', '--out', at('c.key'), '--id', 'Not A Name')).toBe('OPERATOR_KEY')
    expect(await codeOf('keys', 'identity', '--out', at('amsterdam'))).toBe('FILE_EXISTS')
    expect(await codeOf('registry', 'create', file, '--network', 'x')).toBe('FILE_EXISTS')
    expect(await codeOf('registry', 'create', at('n.json'), '--network', 'not a name')).toBe('DOC_INVALID')
    expect(await codeOf('registry', 'add', file)).toBe('USAGE')
    expect(await codeOf('registry', 'add', file, '--host', 'spb')).toBe('USAGE')
    expect(await codeOf('registry', 'add', file, '--witness', 'w9', '--key', at('a.key'))).toBe('HOST_KEY')
    expect(await codeOf('registry', 'sign', file, '--key', at('amsterdam/identity.pub.json'))).toBe('OPERATOR_KEY')
    expect(await codeOf('registry', 'show', at('missing.json'))).toBe('DOC_INVALID')
    expect(await codeOf('registry', 'verify', file, '--operators', at('missing.json'))).toBe('OPERATORS_INVALID')
    const operators = [at('a.key.pub'), '--out', at('o2.json'), '--network', 'n', '--threshold', '2']
    expect(await codeOf('keys', 'operators', ...operators)).toBe('OPERATORS_INVALID')
    await addAmsterdam()
    const twin = ['--host', 'twin', '--key', at('amsterdam/identity.pub.json'), '--address', '192.0.2.11']
    expect(await codeOf('registry', 'add', file, ...twin)).toBe('DOC_INVALID')
  })
})
