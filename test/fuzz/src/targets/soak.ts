import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, UsageError } from '@montana/foundation'
import {
  digestFiles,
  loadClaims,
  loadDigest,
  loadEvidence,
  loadSoakConfig,
  loadThresholds,
  parseDuration,
  parseLegacyClock,
  SoakError,
  verifyLegacy,
  verifySoak,
} from '@montana/soak'
import { parseJournalLine } from '../../../../soak/dist/digest/journal-entry.js'
import { parseTextLine } from '../../../../soak/dist/digest/text-line.js'
import { readHead } from '../../../../soak/dist/journal/head.js'
import { parseHolder } from '../../../../soak/dist/journal/holder.js'
import { parseLine } from '../../../../soak/dist/journal/line.js'
import { parseSegmentName, segmentPath } from '../../../../soak/dist/journal/segment-name.js'
import { readSegments } from '../../../../soak/dist/journal/segments.js'
import { loadSnapshot } from '../../../../soak/dist/legacy/snapshot-schema.js'
import { parseUnit } from '../../../../soak/dist/probe/unit.js'
import { probeSchema } from '../../../../soak/dist/probe/unit-schema.js'
import { readDrillEvents, readRunDocument } from '../../../../soak/dist/run/read.js'
import { readSpoolFile } from '../../../../soak/dist/spool/spool-file.js'
import { inFile, scratchFolder } from '../samples/files.js'
import { STATUS } from '../samples/mirror.js'
import * as sample from '../samples/soak.js'
import { flagTargets } from './flags.js'
import { asyncTarget, bytesTarget, fileTarget, type Reader, textTarget } from './readers.js'
import { type Target, YAML_MAX_MS } from './target.js'

const errors = [ConfigError, UsageError, SoakError]
/** A file is read in pieces, whatever its size. */
const STREAMS = { base: 4 * 1_048_576, perByte: 256 }
const THRESHOLDS = join(import.meta.dirname, '..', '..', '..', '..', 'soak', 'thresholds.v1.json')

/** The lines of a watchdog, of today and of the founding days, the logs that it digests, and what is typed. */
export function targets(): readonly Target[] {
  return [...journals(), ...legacy(), ...logs(), ...documents(), ...probes(), ...flagTargets()]
}

/** What lies beside a soak file, under its own name. */
function beside<T>(reader: Reader<T>, name: string, read: (path: string) => Promise<T>): Target {
  return asyncTarget({ errors, allocates: STREAMS, ...reader }, (bytes) => read(inFile(`soak/${name}`, bytes)))
}

function journals(): readonly Target[] {
  const lines = { samples: [sample.chain(1), sample.chain(3)], repair: sample.chainedAgain, maxBytes: 24 * 1024 }
  const soakPath = () => join(scratchFolder(), 'soak', 'soak.jsonl')
  return [
    fileTarget(
      { name: 'soak/chain', errors, allocates: STREAMS, ...lines },
      async (path) => {
        const { verdict } = await verifySoak([path])
        return verdict === 'OK' ? true : undefined
      },
      'lines',
    ),
    bytesTarget({ name: 'soak/line', samples: [sample.chain(1).slice(0, -1)] }, parseLine, 'json'),
    beside({ name: 'soak/spool', form: 'lines', samples: [sample.chain(2)] }, 'spool.jsonl', readSpoolFile),
    beside({ name: 'soak/head', samples: [sample.HEAD] }, 'soak.head.json', readHead),
    beside({ name: 'soak/segments', samples: [sample.SEGMENTS] }, 'soak.segments.json', readSegments),
    beside({ name: 'soak/run', samples: [sample.RUN] }, 'soak.run.json', () => readRunDocument(soakPath())),
    beside({ name: 'soak/drills', form: 'lines', samples: [sample.DRILLS] }, 'soak.drills.jsonl', () =>
      readDrillEvents(soakPath()),
    ),
    textTarget({ name: 'soak/holder', samples: [sample.HOLDER] }, parseHolder, 'json'),
    textTarget(
      { name: 'soak/segment-name', maxBytes: 256, samples: [segmentPath('/a/soak.jsonl', 1_777_636_800_000, 288)] },
      parseSegmentName,
    ),
  ]
}

function legacy(): readonly Target[] {
  return [
    fileTarget(
      { name: 'soak/legacy', errors, allocates: STREAMS, samples: [sample.legacyLines()], maxBytes: 8192 },
      async (path) => {
        return await verifyLegacy([path])
      },
      'lines',
    ),
    fileTarget(
      { name: 'soak/legacy-snapshot', errors, allocates: STREAMS, samples: [sample.legacySnapshot()] },
      loadSnapshot,
    ),
    textTarget({ name: 'soak/legacy-clock', errors, maxBytes: 256, samples: ['2026-05-21T19:40:02Z\n5m'] }, (text) => {
      const [start, interval] = text.split('\n')
      return parseLegacyClock(start, interval)
    }),
  ]
}

function logs(): readonly Target[] {
  const journal = sample.JOURNAL_LINES.map((line) => JSON.stringify(line))
  return [
    textTarget({ name: 'soak/journald-line', samples: journal }, parseJournalLine, 'json'),
    textTarget({ name: 'soak/log-line', samples: sample.LOG_LINES, maxBytes: 2048 }, parseTextLine),
    fileTarget(
      {
        name: 'soak/log',
        errors,
        allocates: STREAMS,
        samples: [[...sample.LOG_LINES, ...journal].join('\n')],
        maxBytes: 4096,
      },
      async (path) => {
        return await digestFiles({ label: 'moscow', files: [path] })
      },
      'lines',
    ),
  ]
}

function documents(): readonly Target[] {
  const claims = [{ component: 'Soak watchdog', state: 'claimed', claim: 'x', span_s: 5 }]
  const evidence = [{ suite: 'a', case: 'b', commit: 'c', result: 'passed' }]
  const common = { errors, allocates: STREAMS }
  return [
    fileTarget({ name: 'soak/digest', ...common, samples: [sample.DIGEST] }, loadDigest),
    fileTarget({ name: 'soak/claims', ...common, samples: [claims] }, loadClaims),
    fileTarget({ name: 'soak/evidence', ...common, samples: [evidence] }, loadEvidence),
    fileTarget({ name: 'soak/thresholds', ...common, samples: [readFileSync(THRESHOLDS)] }, loadThresholds),
    fileTarget(
      { name: 'soak/config', maxMs: YAML_MAX_MS, ...common, samples: [sample.SOAK_YAML] },
      loadSoakConfig,
      'text',
    ),
  ]
}

function probes(): readonly Target[] {
  const probe = { schema: 'montana.probe/1', status: STATUS, error: null, unit: null }
  return [
    textTarget(
      { name: 'soak/unit', samples: [sample.UNIT_TEXT] },
      (text) => parseUnit(text, 1_777_636_800_000),
      'lines',
    ),
    bytesTarget({ name: 'soak/probe', samples: [probe] }, (bytes) => probeSchema.safeParse(jsonOf(bytes)).data, 'json'),
    textTarget({ name: 'soak/duration', maxBytes: 64, samples: ['5m', '90s', '1h'] }, parseDuration),
  ]
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
