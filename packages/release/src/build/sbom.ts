import type { Crate } from './cargo-lock.js'
import type { LockedPackage } from './lockfile.js'

export interface SbomInput {
  readonly version: string
  readonly revision: string
  readonly builtFromEpoch: number
  readonly packages: readonly LockedPackage[]
  readonly crates: readonly Crate[]
  readonly runtime: { readonly version: string; readonly sha256: string }
  readonly appSha256: string
}

interface Part {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly license: string
  readonly purl: string | null
  readonly checksum: { readonly algorithm: 'SHA256' | 'SHA512'; readonly value: string } | null
}

const ROOT_ID = 'SPDXRef-montana'
const OUR_LICENSE = 'Apache-2.0 OR MIT'

/** An SPDX 2.3 document: what was built in, by the lockfiles, with the checksums that they pin. Pure. */
export function sbomText(input: SbomInput): string {
  const parts = [...input.packages.map(ofNpm), ...input.crates.map(ofCargo), ofRuntime(input)]
  const unique = [...new Map(parts.map((part) => [part.id, part])).values()]
  const root: Part = {
    id: ROOT_ID,
    name: 'montana',
    version: input.version,
    license: OUR_LICENSE,
    purl: null,
    checksum: null,
  }
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `montana-${input.version}`,
    // A name, not an address: it must differ where the content does.
    documentNamespace: `urn:montana:release:${input.version}:${input.appSha256}`,
    creationInfo: {
      created: new Date(input.builtFromEpoch * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: montana-release'],
      comment: `made from the lockfiles of revision ${input.revision}`,
    },
    documentDescribes: [ROOT_ID],
    packages: [root, ...unique].map(packageOf),
    relationships: [
      relationship('SPDXRef-DOCUMENT', 'DESCRIBES', ROOT_ID),
      ...unique.map(({ id }) => relationship(ROOT_ID, 'CONTAINS', id)),
    ],
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

function ofNpm({ path, name, isOurs, entry }: LockedPackage): Part {
  const version = entry.version ?? ''
  const shared = { id: idOf('npm', `${name}-${version}`), name, version, license: entry.license ?? 'NOASSERTION' }
  if (isOurs) return { ...shared, id: idOf('own', path), license: OUR_LICENSE, purl: null, checksum: null }
  const [, digest] = /^sha512-(.+)$/.exec(entry.integrity ?? '') ?? []
  const value = digest === undefined ? undefined : Buffer.from(digest, 'base64').toString('hex')
  return {
    ...shared,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    checksum: value === undefined ? null : { algorithm: 'SHA512', value },
  }
}

function ofCargo({ name, version, checksum }: Crate): Part {
  return {
    ...{ id: idOf('cargo', `${name}-${version}`), name, version, license: 'NOASSERTION' },
    purl: `pkg:cargo/${name}@${version}`,
    checksum: checksum === null ? null : { algorithm: 'SHA256', value: checksum },
  }
}

function ofRuntime({ runtime: { version, sha256 } }: SbomInput): Part {
  const shared = { name: 'node', version, license: 'MIT', purl: `pkg:generic/node@${version}` }
  return { id: idOf('runtime', `node-${version}`), ...shared, checksum: { algorithm: 'SHA256', value: sha256 } }
}

/** Letters, digits, `.` and `-` are all that an identifier may have. */
function idOf(kind: string, text: string): string {
  return `SPDXRef-${kind}-${text.replaceAll(/[^A-Za-z0-9.-]/g, '-')}`
}

function packageOf({ id, name, version, license, purl, checksum }: Part) {
  const isStated = license !== 'NOASSERTION'
  return {
    SPDXID: id,
    ...{ name, versionInfo: version, downloadLocation: 'NOASSERTION', filesAnalyzed: false },
    ...{
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: isStated ? license : 'NOASSERTION',
      copyrightText: 'NOASSERTION',
    },
    ...(checksum && { checksums: [{ algorithm: checksum.algorithm, checksumValue: checksum.value }] }),
    ...(purl && {
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    }),
  }
}

const relationship = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => {
  return { spdxElementId, relationshipType, relatedSpdxElement }
}
