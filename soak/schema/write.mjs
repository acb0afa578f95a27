// Writes the published JSON Schema of a soak record; a test fails while it differs from the code.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { soakRecordJsonSchema } from '@montana/soak'

const file = join(import.meta.dirname, 'montana.soak-1.schema.json')
writeFileSync(file, `${JSON.stringify(soakRecordJsonSchema(), null, 2)}\n`)
