import { digestJsonSchema } from './digest/schema.js'
import { snapshotJsonSchema } from './legacy/snapshot-schema.js'
import { soakRecordJsonSchema } from './record/schema.js'
import { reportJsonSchema } from './report/schema.js'
import { runJsonSchema } from './run/schema.js'

/** JSON Schemas (2020-12) of everything that this package publishes, by the name of their file. */
export function publishedSchemas(): Readonly<Record<string, Record<string, unknown>>> {
  return {
    'montana.soak-1': soakRecordJsonSchema(),
    'montana.digest-1': digestJsonSchema(),
    'montana.run-1': runJsonSchema(),
    'montana.report-1': reportJsonSchema(),
    'montana.snapshot-1': snapshotJsonSchema(),
  }
}
