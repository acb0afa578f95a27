// Writes the published JSON Schemas; a test fails while one differs from the code.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedSchemas } from '@montana/soak'

for (const [name, schema] of Object.entries(publishedSchemas())) {
  writeFileSync(join(import.meta.dirname, `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`)
}
