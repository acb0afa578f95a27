import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { seededRandom } from '@montana/foundation'
import { DATABASE_FILE } from '@montana/store'
import { expect, it } from 'vitest'
import { locateStores } from '../../src/verify/locate.js'
import { verifyStores } from '../../src/verify/verify-stores.js'
import { buildChain } from '../support/chain.js'
import { makeWorld, temporaryDirectory } from '../support/world.js'
import { verifyModules } from './support.js'

const TRIALS = 40
const PAGE_BYTES = 8192
const RECORDS = 'account_records node_records candidate_records'
const TABLES = `meta windows envelopes context ${RECORDS} certificates journal evidence`.split(' ')

/** Everything that the tables hold, as text. */
function contents(dir: string): string {
  const database = new DatabaseSync(join(dir, DATABASE_FILE), { readOnly: true })
  const rows = TABLES.flatMap((table) => database.prepare(`SELECT * FROM ${table}`).all())
  database.close()
  return JSON.stringify(rows)
}

it(`${TRIALS} random bit flips in the file are named, or touch nothing that the store holds`, async () => {
  const world = await makeWorld()
  const template = temporaryDirectory()
  await buildChain(world, [template], { windows: 4 })
  const clean = readFileSync(join(template, DATABASE_FILE))
  const random = seededRandom(11)
  const below = (limit: number) => Math.floor(random.next() * limit)
  const verdicts: string[] = []
  for (let trial = 0; trial < TRIALS; trial++) {
    const dir = join(template, `trial-${trial}`)
    mkdirSync(dir)
    cpSync(join(template, DATABASE_FILE), join(dir, DATABASE_FILE))
    const bytes = Buffer.from(clean)
    // Every second flip hits the structure: the first bytes of a page, where SQLite keeps its cell pointers.
    const page = below(bytes.length / PAGE_BYTES)
    const at = trial % 2 === 0 ? page * PAGE_BYTES + below(40) : below(bytes.length)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
    writeFileSync(join(dir, DATABASE_FILE), bytes)
    const { verdict } = await verifyStores(locateStores(dir), verifyModules(world))
    if (verdict === 'PASS') expect(contents(dir)).toBe(contents(template))
    verdicts.push(verdict)
    rmSync(dir, { recursive: true })
  }
  await world.crypto.close()
  expect(verdicts).toContain('FAIL')
})
