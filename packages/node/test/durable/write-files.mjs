// Replaces the identity and a snapshot file again and again, and says when each is durable: node write-files.mjs DIR TIMES
// The names of its temporary files are known: DIR/NAME.7.0000000N.tmp, N from 1.
import crypto, { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { deriveIdentity } from '@montana/crypto'

let made = 0
crypto.randomUUID = () => `${++made}`.padStart(8, '0')
syncBuiltinESMExports()
Object.defineProperty(process, 'pid', { value: 7 })

const { saveIdentity } = await import('../../dist/index.js')
const { writeWhole } = await import('../../dist/snapshot-file/temporary-file.js')

const [, , dir, times] = process.argv
const SNAPSHOT_BYTES = 100_000
const seedOf = (n) => new Uint8Array(createHash('sha256').update(`identity ${n}`).digest())

try {
  for (let n = 1; n <= Number(times); n++) {
    await saveIdentity(dir, await deriveIdentity(seedOf(n)), true)
    writeSync(1, `identity ${n}\n`)
    await writeWhole(join(dir, 'state.snapshot'), async (file) => {
      for (let part = 0; part < 2; part++) await file.write(Buffer.alloc(SNAPSHOT_BYTES, `${n} `.padStart(10)))
    })
    writeSync(1, `snapshot ${n}\n`)
  }
} catch (error) {
  writeSync(1, `refused ${error.code}\n`)
  process.exitCode = 1
}
