import { type ConfigError, errorCode } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { checkSelfKey, findSelf, localAddresses, type PeerRegistry, type SelfSources } from '../../src/index.js'
import { file, group, HOSTS, load, problems, refusal } from '../support/group-file.js'

async function self(sources: Partial<SelfSources> = {}, settings: object = {}): Promise<string> {
  const { config } = await load(group({ preset: 'single-chain', ...settings }))
  return findSelf({ flag: undefined, environment: {}, localAddresses: [], config, ...sources })
}

const refused = { name: 'ConfigError', code: 'SELF_UNKNOWN', exitCode: 78, field: 'self' }

describe('own name', () => {
  it.each([
    ['LE09', 'moscow', '192.0.2.20', 1],
    ['LE10', 'amsterdam', '192.0.2.10', 0],
    ['LE11', 'novosibirsk', '192.0.2.50', 4],
  ])('%s %s has the address %s and position %i', async (_, name, address, position) => {
    const { config } = await load(group({ preset: 'single-chain' }))
    const found = findSelf({ flag: undefined, environment: { MONTANA_NODE_NAME: name }, localAddresses: [], config })
    expect(found).toBe(name)
    expect(config.hosts[found]?.address).toBe(address)
    expect(config.policies.serve?.chain.indexOf(found)).toBe(position)
  })

  it('LE12 an empty environment is refused unless exactly one local address is of the group', async () => {
    await expect(self()).rejects.toMatchObject(refused)
    await expect(self({ localAddresses: ['127.0.0.1', '198.51.100.1'] })).rejects.toMatchObject(refused)
    await expect(self({ localAddresses: ['192.0.2.10', '192.0.2.40'] })).rejects.toMatchObject({
      ...refused,
      message: 'this host has no name, and the addresses of amsterdam and spb',
    })
    expect(await self({ localAddresses: ['127.0.0.1', '192.0.2.40'] })).toBe('spb')
  })

  it('LE22 an empty chain names nobody: the configuration is refused, no default takes its place', async () => {
    const found = await problems(group({ preset: 'single-chain', policies: { serve: { chain: [] } } }))
    expect(found.map(({ code }) => code)).toEqual(['CHAIN_EMPTY'])
    await expect(refusal(file(JSON.stringify(group({ preset: 'none' }))))).resolves.toMatchObject({ exitCode: 78 })
  })

  it('LE24 an unknown name is refused, even where an address would fit', async () => {
    const localAddresses = ['192.0.2.20']
    await expect(self({ environment: { MONTANA_NODE_NAME: 'mosow' }, localAddresses })).rejects.toMatchObject({
      ...refused,
      message: 'MONTANA_NODE_NAME names mosow, which is no host of the group',
      remedy: 'did you mean moscow? Name one of amsterdam, moscow, almaty, spb, novosibirsk',
    })
    await expect(self({ flag: 'constructor', localAddresses })).rejects.toMatchObject(refused)
    await expect(self({ localAddresses }, { self: 'nobody' })).rejects.toMatchObject(refused)
  })

  it('is that of the flag, then the environment in any case, then the file, then the address', async () => {
    const sources = { flag: 'spb', environment: { MONTANA_NODE_NAME: ' MOSCOW' }, localAddresses: ['192.0.2.10'] }
    const settings = { self: 'almaty' }
    expect(await self(sources, settings)).toBe('spb')
    expect(await self({ ...sources, flag: undefined }, settings)).toBe('moscow')
    expect(
      await self({ localAddresses: sources.localAddresses, environment: { MONTANA_NODE_NAME: '' } }, settings),
    ).toBe('almaty')
    expect(await self({ localAddresses: sources.localAddresses })).toBe('amsterdam')
  })

  it('is found by an IPv6 address however written', async () => {
    const hosts = { ...HOSTS, spb: { address: '2001:DB8:0::1' } }
    expect(await self({ localAddresses: ['2001:db8::1%eth0'] }, { hosts })).toBe('spb')
  })

  it('is looked for on the interfaces of this host', () => {
    expect(localAddresses()).toContain('127.0.0.1')
  })
})

describe('own key', () => {
  const key = (byte: number) => new Uint8Array(1952).fill(byte)
  const entry = (byte: number, rest: object = {}) => {
    return { keyType: 'ml-dsa-65' as const, publicKey: key(byte), isRevoked: false, ...rest }
  }
  const registry: PeerRegistry = {
    keysOf: (host) =>
      host === 'spb'
        ? [entry(1), entry(2), entry(3, { isRevoked: true }), entry(4, { keyType: 'ed25519' as const })]
        : [],
    onChange: () => () => {},
  }
  const codeOf = (host: string, byte: number) => {
    try {
      checkSelfKey(host, key(byte), registry)
      return null
    } catch (error) {
      expect((error as ConfigError).exitCode).toBe(78)
      return errorCode(error)
    }
  }

  it('must be one of those of its name that are in force', () => {
    expect([codeOf('spb', 1), codeOf('spb', 2)]).toEqual([null, null])
    const foreign = [codeOf('spb', 3), codeOf('spb', 4), codeOf('spb', 5), codeOf('moscow', 1)]
    expect(foreign).toEqual(Array(4).fill('SELF_KEY_FOREIGN'))
  })
})
