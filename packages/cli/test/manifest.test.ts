import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createContext } from '../src/context.js'
import { createProgram } from '../src/program.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'montana-manifest-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs the real program; its one JSON object. Throws what it throws. */
async function montana(...args: readonly string[]): Promise<Record<string, unknown>> {
  const printed: unknown[] = []
  const quiet = { out: () => {}, err: () => {}, json: (value: unknown) => void printed.push(value) }
  await (await createProgram({ ...createContext().context, ...quiet })).parseAsync([
    'node',
    'montana',
    ...args,
    '--json',
  ])
  return printed[0] as Record<string, unknown>
}

const codeOf = (...args: readonly string[]) => montana(...args).then(() => 'none', errorCode)

async function makeNode(name: string, byte: string): Promise<void> {
  await montana('init', '--data-dir', at(name), '--entropy', byte.repeat(32), '--insecure-argv')
}

async function request(name: string, out: string, ...more: readonly string[]): Promise<string> {
  const port = name === 'one' ? 8444 : 8445
  const address = ['--label', name, '--address', `/ip4/127.0.0.1/tcp/${port}`]
  const data = more.includes('--data-dir') ? [] : ['--data-dir', at(name)]
  await montana('join', '--network', 'montana.test', ...data, ...address, '--out', at(out), ...more)
  return at(out)
}

const add = (file: string, ...more: readonly string[]) =>
  montana('manifest', 'add', file, '--manifest', at('m.json'), ...more)
const sign = (key: string, ...more: readonly string[]) =>
  montana('manifest', 'sign', at('m.json'), '--key', at(key), ...more)
const verify = (...more: readonly string[]) =>
  montana('manifest', 'verify', at('m.json'), '--operators', at('operators.json'), ...more)

it('from keys and join requests to a manifest in force', async () => {
  for (const id of ['a', 'b']) await montana('keys', 'new', '--out', at(`${id}.key`), '--id', id)
  const root = ['--out', at('operators.json'), '--network', 'montana.test', '--threshold', '2']
  await montana('keys', 'operators', at('a.key.pub'), at('b.key.pub'), ...root)
  await makeNode('one', '01')
  await makeNode('two', '02')
  await montana('manifest', 'create', at('m.json'), '--network', 'montana.test')
  const first = await request('one', 'r1')
  expect(await add(first)).toMatchObject({ version: 1, label: 'one', peers: 1 })
  await expect(add(first)).rejects.toThrow(expect.objectContaining({ code: 'JOIN_REPLAYED' }))
  await writeFile(at('token'), 'one-off-token\n')
  await writeFile(at('wrong'), 'another-token\n')
  const second = await request('two', 'r2', '--token', at('token'))
  await expect(add(second, '--token', at('wrong'))).rejects.toThrow(expect.objectContaining({ code: 'JOIN_TOKEN' }))
  await add(second, '--token', at('token'))
  expect(await codeOf('manifest', 'verify', at('m.json'), '--operators', at('operators.json'))).toBe('DOC_SIGNATURES')
  await sign('a.key')
  await sign('b.key')
  expect(await verify()).toMatchObject({ version: 1, signers: ['a', 'b'], peers: ['one', 'two'], keyLost: [] })
  expect(await montana('manifest', 'show', at('m.json'))).toMatchObject({ signedBy: ['a', 'b'] })

  const state = ['--operators', at('operators.json'), '--state', at('state')]
  const sync = (...sources: readonly string[]) => montana('manifest', 'sync', ...state, '--source', ...sources)
  await expect(sync(at('m.json'))).rejects.toThrow(expect.objectContaining({ code: 'SOURCES_TOO_FEW', exitCode: 78 }))
  expect(await sync(at('m.json'), at('nowhere'))).toMatchObject({ outcome: 'new', version: 1, answers: 1 })
  await writeFile(at('fleet.yaml'), `operators: ./operators.json\nstate: ./state\nsources: [./m.json, ./m.json.copy]\n`)
  await writeFile(at('m.json.copy'), await readFile(at('m.json')))
  expect(await montana('manifest', 'sync', '--config', at('fleet.yaml'))).toMatchObject({ outcome: 'same', answers: 2 })
  await writeFile(at('fleet.yaml'), 'sorces: []\n')
  expect(await codeOf('manifest', 'sync', '--config', at('fleet.yaml'))).toBe('FLEET_CONFIG')

  await montana('manifest', 'remove', 'two', '--manifest', at('m.json'))
  expect(await montana('manifest', 'show', at('m.json'))).toMatchObject({ version: 2, signedBy: [] })
  await writeFile(at('m.json.copy'), '{')
  await expect(sync(at('m.json'), at('m.json.copy'))).rejects.toThrow(
    expect.objectContaining({ code: 'DOC_SIGNATURES', exitCode: 1 }),
  )
}, 120_000)

it('a node that changes its key keeps its label by the word of both keys, or of the operators', async () => {
  await montana('keys', 'new', '--out', at('a.key'), '--id', 'a')
  await montana(
    'keys',
    'operators',
    at('a.key.pub'),
    '--out',
    at('operators.json'),
    '--network',
    'montana.test',
    '--threshold',
    '1',
  )
  await makeNode('one', '01')
  await makeNode('new', '03')
  await montana('manifest', 'create', at('m.json'), '--network', 'montana.test')
  await add(await request('one', 'r1'))
  await sign('a.key')
  await writeFile(at('before.json'), await readFile(at('m.json')))

  const plain = await request('one', 'r2', '--data-dir', at('new'))
  await expect(add(plain)).rejects.toThrow(expect.objectContaining({ code: 'DOC_INVALID', field: 'rotation' }))
  await add(await request('one', 'r3', '--data-dir', at('new'), '--replaces', at('one')))
  await sign('a.key')
  expect(await verify('--previous', at('before.json'))).toMatchObject({ version: 2 })

  await writeFile(at('m.json'), await readFile(at('before.json')))
  await add(await request('one', 'r4', '--data-dir', at('new')), '--key-lost')
  expect(await codeOf('manifest', 'sign', at('m.json'), '--key', at('a.key'))).toBe('USAGE')
  await sign('a.key', '--key-lost', 'one')
  expect(await verify('--previous', at('before.json'))).toMatchObject({ keyLost: ['one'] })
}, 120_000)
