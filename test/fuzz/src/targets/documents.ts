import { isDeepStrictEqual } from 'node:util'
import {
  type DocumentKind,
  FleetError,
  importLegacyHosts,
  MANIFEST_KIND,
  parseSource,
  parseStrictJson,
  parseTrustRoot,
  REGISTRY_KIND,
  readFleetConfig,
  readHostKey,
  readJobRecord,
  readJoinRequest,
  readOperatorKey,
  type SignedDocument,
  UsedRequests,
  verifyDocument,
} from '@montana/fleet'
import { parseEndpoint, rosterKind } from '@montana/fleet/roster'
import { ConfigError } from '@montana/foundation'
import { parseDump, readKeyFile, readState, vpnSettings } from '@montana/vpn'
import { endpointText } from '../../../../packages/fleet/dist/roster/endpoint.js'
import { parsePrefix, prefixText } from '../../../../packages/fleet/dist/roster/prefix.js'
import { installedConfig } from '../../../../packages/operator/dist/defaults.js'
import { parseChrony } from '../../../../packages/operator/dist/doctor/time.js'
import { parseAccounts } from '../../../../packages/operator/dist/host/accounts.js'
import * as sample from '../samples/documents.js'
import { inFile, scratchFolder } from '../samples/files.js'
import { asyncTarget, bytesTarget, fileTarget, textTarget } from './readers.js'
import { releaseTargets } from './release.js'
import { type Target, YAML_MAX_MS } from './target.js'

const errors = [FleetError, ConfigError]
/** A document is read into memory of the size that the largest one may have. */
const WHOLE_FILE = { base: 2 * 1_048_576, perByte: 64 }
const modules = { trust: sample.TRUST, verify: sample.fastVerify, nowMs: sample.NOW_MS, network: sample.NETWORK }

/** Signed documents of a fleet, what joins it, and the files and outputs that set up a host. */
export function targets(): readonly Target[] {
  return [...signed(), ...joining(), ...keys(), ...configs(), ...texts(), ...releaseTargets()]
}

function document<T extends SignedDocument>(name: string, kind: DocumentKind<T>, valid: SignedDocument): Target {
  const reader = { name, errors, samples: [sample.signedJson(valid)], repair: sample.signedAgain, maxBytes: 48 * 1024 }
  const holds = ({ document: read, signers }: { document: T; signers: readonly string[] }) => {
    const isOurs = read.network === sample.NETWORK && signers.length === 2
    return isOurs ? undefined : 'a document of another network or of one signer'
  }
  return asyncTarget({ ...reader, holds }, (bytes) => verifyDocument(bytes, kind, modules))
}

function signed(): readonly Target[] {
  return [
    document('documents/manifest', MANIFEST_KIND, sample.manifestDocument()),
    document('documents/registry', REGISTRY_KIND, sample.registryDocument()),
    document('documents/roster', rosterKind(), sample.rosterDocument()),
    bytesTarget(
      { name: 'documents/trust-root', errors, samples: [sample.TRUST_JSON] },
      (bytes) => parseTrustRoot(bytes),
      'json',
    ),
    strictJson(),
  ]
}

/** Whatever it reads, the platform's reader reads as the same value. */
function strictJson(): Target {
  const samples = ['{"a":[1,{"b":"\\u00e9"}],"c":null}', '[true,-0,1e3,"\\\\"]']
  const both = (bytes: Uint8Array) => {
    const value = parseStrictJson(bytes, 16 * 1024)
    return { value, same: isDeepStrictEqual(value, JSON.parse(Buffer.from(bytes).toString('utf8'))) }
  }
  const holds = ({ same }: { same: boolean }) => (same ? undefined : 'read as another value')
  return bytesTarget({ name: 'documents/strict-json', errors: [FleetError], samples, holds }, both, 'json')
}

function joining(): readonly Target[] {
  const address = '00'.repeat(16)
  return [
    asyncTarget(
      {
        ...{ name: 'documents/join-request', errors, repair: sample.requestAgain },
        samples: [sample.signedRequest(sample.JOIN_REQUEST)],
      },
      (bytes) => readJoinRequest(bytes, modules),
    ),
    fileTarget(
      {
        ...{ name: 'documents/join-used', errors },
        samples: [{ schema: 'montana.join-used/1', used: [{ nonce: address, not_after: '2027-01-01T00:00:00.000Z' }] }],
      },
      (path) => UsedRequests.open(path, sample.NOW_MS),
    ),
    bytesTarget(
      {
        ...{ name: 'documents/legacy-hosts', errors },
        samples: [{ [sample.LEGACY.address]: { ...sample.LEGACY.entry } }],
      },
      importLegacyHosts,
      'json',
    ),
    asyncTarget({ name: 'documents/job-record', errors, samples: [sample.JOB_RECORD] }, (bytes) => {
      inFile('jobs/fuzzed.json', bytes)
      return readJobRecord(scratchFolder(), 'fuzzed')
    }),
  ]
}

function keys(): readonly Target[] {
  return [
    fileTarget({ name: 'documents/host-key', errors, allocates: WHOLE_FILE, samples: [sample.HOST_KEY] }, readHostKey),
    fileTarget({ name: 'documents/operator-key', errors, samples: [sample.OPERATOR_KEY] }, readOperatorKey),
    fileTarget(
      { name: 'documents/wg-key', samples: [`${Buffer.alloc(32, 7).toString('base64')}\n`] },
      readKeyFile,
      'text',
    ),
    fileTarget({ name: 'documents/vpn-state', samples: [sample.VPN_STATE] }, readState),
  ]
}

const FLEET_YAML = `network: montana.test
operators: ./operators.json
sources: [/a, "https://example.org/m", ./b]
vpn: {label: moscow, port: 51820}
`

function configs(): readonly Target[] {
  return [
    fileTarget(
      { name: 'documents/fleet-yaml', maxMs: YAML_MAX_MS, errors, samples: [FLEET_YAML] },
      readFleetConfig,
      'text',
    ),
    bytesTarget(
      {
        name: 'documents/vpn-config',
        errors,
        samples: [{ label: 'moscow', interface: 'wg0', port: 51820, sources: ['/a'] }],
      },
      (bytes) => vpnSettings(jsonOr(bytes), '/state'),
      'json',
    ),
    asyncTarget(
      {
        name: 'documents/installed-yaml',
        maxMs: YAML_MAX_MS,
        errors,
        form: 'text',
        samples: ['label: moscow\nlisten: /ip4/0.0.0.0/tcp/8444\n'],
      },
      (bytes) => {
        inFile('etc/montana/node.yaml', bytes)
        return installedConfig(scratchFolder())
      },
    ),
  ]
}

function texts(): readonly Target[] {
  const text = { form: 'text', maxBytes: 1024 } as const
  return [
    textTarget(
      {
        name: 'documents/source',
        ...text,
        errors,
        samples: ['/a/b', 'file:/x', 'status:http://127.0.0.1:8446', 'https://e.org/m'],
      },
      (t) => parseSource(t, 'manifest'),
    ),
    textTarget(
      { name: 'documents/endpoint', ...text, samples: ['192.0.2.1:51820', '[2001:db8::1]:51820'], holds: sameEndpoint },
      parseEndpoint,
    ),
    textTarget(
      {
        name: 'documents/prefix',
        ...text,
        samples: ['10.0.0.0/8', 'fd00::/64', '::ffff:0:0/96', '1::1.2.3.4/128'],
        holds: samePrefix,
      },
      parsePrefix,
    ),
    textTarget({ name: 'documents/wg-dump', samples: [sample.WG_DUMP] }, parseDump, 'lines'),
    textTarget(
      {
        name: 'documents/passwd',
        ...text,
        samples: ['root:x:0:0:root:/root:/bin/sh\nmontana:x:999:999::/var/lib/montana:/bin/false\n'],
      },
      parseAccounts,
      'lines',
    ),
    textTarget(
      {
        name: 'documents/chrony',
        ...text,
        samples: ['System time     : 0.000012 seconds slow of NTP time\nLeap status     : Normal\n'],
      },
      parseChrony,
      'lines',
    ),
  ]
}

const sameEndpoint = (endpoint: NonNullable<ReturnType<typeof parseEndpoint>>): string | undefined => {
  return isDeepStrictEqual(parseEndpoint(endpointText(endpoint)), endpoint) ? undefined : 'its text is another endpoint'
}

const samePrefix = (prefix: NonNullable<ReturnType<typeof parsePrefix>>): string | undefined => {
  return isDeepStrictEqual(parsePrefix(prefixText(prefix)), prefix) ? undefined : 'its text is another prefix'
}

function jsonOr(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
