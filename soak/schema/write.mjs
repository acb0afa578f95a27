// Writes the published JSON Schemas of the soak files; tests fail while they differ from the code.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { snapshotJsonSchema, soakRecordJsonSchema } from '@montana/soak'

const SCHEMAS = {
  'montana.soak-1.schema.json': soakRecordJsonSchema(),
  'montana.snapshot-1.schema.json': snapshotJsonSchema(),
}

for (const [file, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(join(import.meta.dirname, file), `${JSON.stringify(schema, null, 2)}\n`)
}
