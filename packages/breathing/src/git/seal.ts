import { createHash } from 'node:crypto'
import { canonicalJson } from '@montana/foundation'
import { NODE_NAME } from '../constants.js'
import { BreathError } from '../errors.js'
import { byCodeUnit } from '../merge/json.js'
import { STAMP_FORM } from '../merge/stamp.js'
import type { BreathSigner, BreathVerifier } from '../types.js'

/** What a commit says about itself, in trailers. Spec three-mirror 12.3. */
export interface Seal {
  readonly node: string
  /** Decimal digits. */
  readonly epoch: string
  /** The highest write that the tree contains. */
  readonly stamp: string
  /** Over the content, so that nothing rests on SHA-1; lower hex. */
  readonly manifest: string
}

const DOMAIN = 'montana-breath-v1\0'
const SIGNATURE_BYTES = 3309

/** SHA-256 over path ‖ 0 ‖ SHA-256 of the content, in the order of paths. */
export function manifestOf(files: ReadonlyMap<string, string | Uint8Array>): string {
  const hash = createHash('sha256')
  const ordered = [...files].sort(([a], [b]) => byCodeUnit(a, b))
  for (const [path, content] of ordered) {
    hash.update(`${path}\0`).update(createHash('sha256').update(content).digest())
  }
  return hash.digest('hex')
}

export async function sealMessage(seal: Seal, signer: BreathSigner): Promise<string> {
  const signature = await signer.sign(signedBytes(seal))
  const trailers = [
    `Montana-Node: ${seal.node}`,
    `Montana-Epoch: ${seal.epoch}`,
    `Montana-Stamp: ${seal.stamp}`,
    `Montana-Manifest: ${seal.manifest}`,
    `Montana-Signature: ${Buffer.from(signature).toString('base64')}`,
  ]
  return `breath of ${seal.node}\n\n${trailers.join('\n')}\n`
}

function signedBytes({ node, epoch, stamp, manifest }: Seal): Uint8Array {
  return new TextEncoder().encode(DOMAIN + canonicalJson({ node, epoch, stamp, manifest }))
}

/**
 * The seal of `host`'s tip, once its signature is checked against the registry; whether the content is that of the
 * manifest is for the caller. Throws BreathError `REF_FOREIGN` (another's, or a stranger's) or `SIGNATURE_INVALID`.
 */
export async function openSeal(message: string, host: string, verifier: BreathVerifier): Promise<Seal> {
  const keys = verifier.keysOf(host)
  if (keys.length === 0) throw refused('REF_FOREIGN', host, 'the registry knows no such host')
  const { signature, ...seal } = readTrailers(message, host)
  if (seal.node !== host) throw refused('REF_FOREIGN', host, `it was written by ${seal.node}`)
  const bytes = signedBytes(seal)
  for (const key of keys) if (await verifier.verify(signature, bytes, key)) return seal
  throw refused('SIGNATURE_INVALID', host, "its signature is not that of the host's key")
}

function readTrailers(message: string, host: string): Seal & { signature: Uint8Array } {
  const trailer = (name: string) => new RegExp(`^Montana-${name}: (.*)$`, 'm').exec(message)?.[1] ?? ''
  const [node, epoch, stamp] = [trailer('Node'), trailer('Epoch'), trailer('Stamp')]
  const signature = Buffer.from(trailer('Signature'), 'base64')
  const manifest = trailer('Manifest')
  const isWhole = NODE_NAME.test(node) && /^\d{1,20}$/.test(epoch) && /^[0-9a-f]{64}$/.test(manifest)
  if (!isWhole || !STAMP_FORM.test(stamp) || signature.length !== SIGNATURE_BYTES) {
    throw refused('SIGNATURE_INVALID', host, 'its trailers are missing or malformed')
  }
  return { node, epoch, stamp, manifest, signature }
}

export function refused(code: 'REF_FOREIGN' | 'SIGNATURE_INVALID', host: string, why: string): BreathError {
  return new BreathError(code, `breath/${host} is ignored: ${why}`, {
    field: host,
    remedy: 'find out who wrote it; the host itself replaces it with its next breath',
  })
}
