import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { tellFigure } from '../support/figure.js'
import { montana, temporaryFolder } from './support/montana.js'

const BEFORE = 18
const AFTER = 40
const DAMAGES = 3

interface Outcome {
  readonly verdict: string
  readonly reasons: string[]
  readonly nodes: { label: string; window: number; stateRoot: string }[]
}

async function devnet(dir: string, windows: number): Promise<Outcome> {
  const flags = ['--no-console', '--min-window-ms', '300', '--windows', String(windows), '--json']
  const { stdout, stderr } = await montana(['devnet', '--data-dir', dir, ...flags])
  expect(stdout, stderr).not.toBe('')
  return JSON.parse(stdout) as Outcome
}

async function check(dir: string, ...flags: string[]) {
  const { stdout } = await montana(['store', 'check', '--data-dir', dir, '--json', ...flags])
  return JSON.parse(stdout) as { sound: boolean; missing: { kind: string; window: number }[]; resync: string | null }
}

function flip(dir: string, table: string, column: string, where: string): void {
  const database = new DatabaseSync(join(dir, 'store.db'))
  const row = database.prepare(`SELECT ${column} AS value FROM ${table} WHERE ${where}`).get() as { value: Uint8Array }
  const value = row.value.slice()
  value[value.length >> 1] = (value[value.length >> 1] ?? 0) ^ 1
  database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(value)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

describe('a store that was damaged', () => {
  it('is whole again after a check and a start: parts come from peers, tables by a snapshot', async () => {
    const dir = temporaryFolder()
    expect(await devnet(dir, BEFORE)).toMatchObject({ verdict: 'PASS' })
    const [frankfurt, helsinki] = [join(dir, 'frankfurt'), join(dir, 'helsinki')]
    flip(frankfurt, 'envelopes', 'bytes', 'window = 7')
    flip(frankfurt, 'certificates', 'bytes', 'window = 9')
    flip(helsinki, 'account_records', 'record', 'id = (SELECT min(id) FROM account_records)')
    await check(frankfurt, '--repair')
    expect((await check(frankfurt)).missing.map(({ kind, window }) => `${kind} ${window}`).sort()).toEqual([
      'certificate 9',
      'envelope 7',
    ])
    expect((await check(helsinki, '--repair')).resync).not.toBeNull()
    const { reasons, nodes } = await devnet(dir, AFTER)
    const [parts, tables] = [await check(frankfurt), await check(helsinki)]
    const left = parts.missing.length + (tables.resync === null ? 0 : 1)
    tellFigure('r8-repaired', 100 * (1 - left / DAMAGES), 'three damages: a part of each kind and a table')
    expect({ reasons, roots: new Set(nodes.map(({ stateRoot }) => stateRoot)).size }).toEqual({ reasons: [], roots: 1 })
    expect(parts).toMatchObject({ sound: true, missing: [] })
    expect(tables).toMatchObject({ sound: true, resync: null })
  }, 240_000)
})
