import { addressOfPublicKey, documentDigest, type HostDocument, REGISTRY_KIND } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { formatTable } from '../../table.js'
import { readDraft } from '../document/draft-file.js'

const HEADER = ['host', 'label', 'address', 'key', 'key address', 'state', 'domain of failure']

export function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('what a registry says; nothing is verified')
    .argument('<file>', 'the registry')
    .action(async (file: string, _: unknown, self: Command) => {
      const document = await readDraft(file, REGISTRY_KIND)
      const { network, version, issued_at: issuedAt, not_after: notAfter, signatures } = document
      const signedBy = signatures.map(({ operator }) => operator)
      const head = { file, network, version, sha256: documentDigest(document), issuedAt, notAfter, signedBy }
      const hosts = document.hosts.map(hostFacts)
      const witnesses = document.witnesses.map(({ name, public_key }) => ({ name, keyAddress: keyAddress(public_key) }))
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ ...head, hosts, witnesses })
      context.out(`registry of ${network}, version ${version}, ${issuedAt} to ${notAfter}`)
      context.out(`signed by ${signedBy.join(', ') || 'nobody'} (not verified)`)
      context.out(formatTable(HEADER, hosts.map(hostRow)))
      for (const witness of witnesses) context.out(`witness ${witness.name}  ${witness.keyAddress}`)
    })
}

function hostFacts(host: HostDocument) {
  return {
    name: host.name,
    label: host.label,
    address: host.address,
    keyType: host.key_type,
    keyAddress: keyAddress(host.public_key),
    isNew: host.is_new,
    isRevoked: host.revoked,
    previousValidUntil: host.previous?.valid_until ?? null,
    domainOfFailure: host.domain_of_failure,
  }
}

function hostRow(host: ReturnType<typeof hostFacts>): string[] {
  const state = [host.isRevoked && 'revoked', host.isNew && 'new', host.previousValidUntil && 'key replaced']
  const domain = Object.entries(host.domainOfFailure).map(([key, value]) => `${key}=${value}`)
  const { name, label, address, keyType } = host
  return [name, label, address, keyType, host.keyAddress, state.filter(Boolean).join(' ') || '-', domain.join(' ')]
}

function keyAddress(publicKey: string): string {
  return addressOfPublicKey(new Uint8Array(Buffer.from(publicKey, 'base64')))
}
