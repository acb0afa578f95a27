import {
  importLegacyHosts,
  putHost,
  REGISTRY_KIND,
  type RegistryDocument,
  readDocumentFile,
  readHostKey,
  reviseRegistry,
} from '@montana/fleet'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, readDraft, writeDraft } from '../document/draft-file.js'
import { type HostFlags, hostEntry } from './host-entry.js'

interface Flags extends GlobalOptions, HostFlags {
  witness?: string
  importLegacy?: string
  validDays: string
}

type Change = Partial<Pick<RegistryDocument, 'hosts' | 'witnesses'>>

export function addCommand(context: CliContext): Command {
  return new Command('add')
    .description(
      'put a host or a witness into a registry, or change the one of that name; a signed registry becomes the draft of its next version',
    )
    .argument('<file>', 'the registry')
    .option('--host <NAME>', 'the host')
    .option('--witness <NAME>', 'the witness, instead of a host')
    .option('--import-legacy <FILE>', 'all hosts of an older nodes.json, for display only, instead of one')
    .option('--key <FILE>', 'its identity.pub.json, of montana keys identity')
    .option('--address <IP>', 'where the host listens')
    .option('--label <TEXT>', 'what people call it (default: its name)')
    .option('--domain <KEY=VALUE...>', 'domain of failure, such as provider=p1 country=NL')
    .option('--new', 'the host has never held an epoch, so its empty state is no loss')
    .option('--established', 'the host is not new any more')
    .option('--revoke', 'its keys count no longer')
    .option('--previous <FILE>', 'lets the key before be good for a while; of montana keys rotate')
    .option('--valid-days <N>', 'how long the registry may be accepted', '90')
    .action(async (file: string, _: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const before = await readDraft(file, REGISTRY_KIND)
      const dates = { issuedAtMs: Date.now(), validMs: daysToMs(flags.validDays) }
      const next = reviseRegistry(before, await changeOf(before, flags), dates)
      await writeDraft(file, REGISTRY_KIND, next)
      report(context, file, next, flags.json === true)
    })
}

async function changeOf({ hosts, witnesses }: RegistryDocument, flags: Flags): Promise<Change> {
  const { host, witness, importLegacy } = flags
  const given = [host, witness, importLegacy].filter((value) => value !== undefined)
  if (given.length !== 1) {
    throw new UsageError('one of --host, --witness and --import-legacy is needed', { field: 'host' })
  }
  if (witness !== undefined) return { witnesses: await putWitness(witnesses, witness, flags.key) }
  if (importLegacy !== undefined) {
    return { hosts: importLegacyHosts(await readDocumentFile(importLegacy)).reduce(putHost, hosts) }
  }
  const known = hosts.find(({ name }) => name === host)
  return { hosts: putHost(hosts, await hostEntry(known, flags)) }
}

async function putWitness(
  witnesses: RegistryDocument['witnesses'],
  name: string,
  key: string | undefined,
): Promise<RegistryDocument['witnesses']> {
  if (key === undefined)
    throw new UsageError('--key is missing', { field: 'key', remedy: 'give its identity.pub.json' })
  const entry = { name, public_key: Buffer.from(await readHostKey(key)).toString('base64') }
  return [...witnesses.filter((witness) => witness.name !== name), entry]
}

function report(context: CliContext, file: string, { version, hosts, witnesses }: RegistryDocument, json: boolean) {
  const facts = { file, version, hosts: hosts.map(({ name }) => name), witnesses: witnesses.map(({ name }) => name) }
  if (json) return context.json(facts)
  context.out(`${file}: version ${version}, not signed yet; ${hosts.length} hosts, ${witnesses.length} witnesses`)
}
