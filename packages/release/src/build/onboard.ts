import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RefusalError } from '../errors.js'

export interface OnboardFacts {
  /** Raw, 1952 bytes. */
  readonly publicKey: Uint8Array
  /** Of `process.arch`. */
  readonly arch: string
  /** Of runtime.tar.gz, hex. */
  readonly runtimeSha256: string
  /** The script that lies there already: what it says of other platforms stays, where it trusts the same key. */
  readonly before?: string
}

const END = 'MONTANA_VERIFIER_END'

/** The onboarding script of a release: the template with what it trusts filled in. Throws where a marker is missing. */
export function filledOnboard(template: string, verifier: string, facts: OnboardFacts): string {
  const key = `RELEASE_KEY='${Buffer.from(facts.publicKey).toString('hex')}'`
  const runtimes = [...otherRuntimes(key, facts), `linux-${facts.arch}=${facts.runtimeSha256}`].sort()
  const pieces = {
    '#@RELEASE_KEY@': key,
    '#@RUNTIMES@': `RUNTIMES='${runtimes.join(' ')}'`,
    '#@VERIFIER@': `verifier_text() {\n  cat <<'${END}'\n${verifier.trimEnd()}\n${END}\n}`,
  }
  return Object.entries(pieces).reduce((text, [marker, piece]) => replaceLine(text, marker, piece), template)
}

function otherRuntimes(key: string, { before = '', arch }: OnboardFacts): string[] {
  if (!before.split('\n').includes(key)) return []
  const [, listed = ''] = /^RUNTIMES='([a-z0-9= -]+)'$/m.exec(before) ?? []
  return listed.split(' ').filter((entry) => entry !== '' && !entry.startsWith(`linux-${arch}=`))
}

/** The verifier's one text, as it was compiled. */
export function verifierText(): string {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'verifier', 'verifier.js'), 'utf8')
  return text.replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
}

function replaceLine(text: string, marker: string, piece: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.trim() === marker)
  if (at === -1) throw new RefusalError('BUNDLE_INPUT', `deploy/onboard.sh has no line ${marker}`, { field: marker })
  return [...lines.slice(0, at), piece, ...lines.slice(at + 1)].join('\n')
}
