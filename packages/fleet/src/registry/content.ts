import { MAX_OVERLAP_MS } from '../constants.js'
import type { DocumentKind, DocumentVerifier } from '../document.js'
import { FleetError } from '../errors.js'
import { fromBase64 } from '../fields.js'
import { requireUnique } from '../unique.js'
import { type HostDocument, REGISTRY_SCHEMA, type RegistryDocument, registryForm } from './form.js'
import { rotationBytes } from './rotation.js'

/** The host registry as a kind of signed document. */
export const REGISTRY_KIND: DocumentKind<RegistryDocument> = {
  schema: REGISTRY_SCHEMA,
  form: registryForm,
  checkContent: checkRegistry,
}

/** Names, labels, addresses and keys are unique, and every replaced key signed for its successor. */
async function checkRegistry(document: RegistryDocument, verify: DocumentVerifier): Promise<void> {
  const { hosts, witnesses } = document
  requireUnique(
    'hosts',
    'name',
    hosts.map(({ name }) => name),
  )
  requireUnique(
    'hosts',
    'label',
    hosts.map(({ label }) => label),
  )
  requireUnique(
    'hosts',
    'address',
    hosts.map(({ address }) => address),
  )
  requireUnique(
    'witnesses',
    'name',
    witnesses.map(({ name }) => name),
  )
  requireUnique('hosts and witnesses', 'public_key', [...hosts.flatMap(keysOf), ...witnesses.map((w) => w.public_key)])
  for (const host of hosts) await checkRotation(document, host, verify)
}

function keysOf({ public_key, previous }: HostDocument): string[] {
  return previous ? [public_key, previous.public_key] : [public_key]
}

async function checkRotation(
  { network, issued_at }: RegistryDocument,
  host: HostDocument,
  verify: DocumentVerifier,
): Promise<void> {
  const { name, key_type, previous } = host
  if (!previous) return
  if (key_type !== 'ml-dsa-65') throw invalid(name, 'a replaced key has a successor of type ml-dsa-65')
  if (Date.parse(previous.valid_until) > Date.parse(issued_at) + MAX_OVERLAP_MS) {
    throw invalid(name, 'the replaced key is to be good for more than 7 days')
  }
  const message = rotationBytes(network, host, previous)
  if (await verify(fromBase64(previous.signature), message, fromBase64(previous.public_key))) return
  throw invalid(name, 'the replaced key did not sign for its successor')
}

function invalid(host: string, what: string): FleetError {
  return new FleetError('DOC_INVALID', `host ${host}: ${what}`, { field: 'previous' })
}
