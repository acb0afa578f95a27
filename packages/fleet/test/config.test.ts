import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseSource, readFleetConfig } from '../src/index.js'
import { scratch } from './support.js'

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'fleet.example.yaml')

it('the example is a configuration, and each of its sources is one', async () => {
  const { operators, state, sources } = await readFleetConfig(EXAMPLE)
  expect([operators, state]).toEqual(['/etc/montana/operators.json', '/var/lib/montana-fleet'])
  expect(sources.map((source) => parseSource(source, 'manifest').text)).toEqual(sources)
  expect(sources.length).toBeGreaterThanOrEqual(2)
})

it('a configuration has defaults, paths relative to its folder, and no unknown keys', async () => {
  const folder = await scratch()
  const file = join(folder, 'fleet.yaml')
  const read = async (text: string) => {
    await writeFile(file, text)
    return await readFleetConfig(file)
  }
  expect(await read('')).toEqual({
    operators: '/etc/montana/operators.json',
    state: '/var/lib/montana-fleet',
    sources: [],
  })
  await mkdir(join(folder, 'x'))
  expect(await read('operators: x/o.json\nsources: [./m.json, "https://a/b"]\nvpn: {port: 1}')).toEqual({
    operators: join(folder, 'x/o.json'),
    ...{ state: '/var/lib/montana-fleet', vpn: { port: 1 }, sources: [join(folder, 'm.json'), 'https://a/b'] },
  })
  const refused = (field: string) => expect.objectContaining({ code: 'FLEET_CONFIG', exitCode: 78, field })
  await expect(read('sources: one')).rejects.toThrow(refused('sources'))
  await expect(read('network: "a b"')).rejects.toThrow(refused('network'))
  await expect(read('sorces: []')).rejects.toThrow(expect.objectContaining({ code: 'FLEET_CONFIG' }))
  await expect(read('a: b: c')).rejects.toThrow(refused('config'))
})
